import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormatsModule from "ajv-formats";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { collectDiagnostics } from "../../src/diagnostics/diagnostic.ts";
import { checkDocument } from "../../src/formats/check.ts";
import { detectFormat } from "../../src/formats/detect.ts";
import { jsonSchemaOf } from "../../src/formats/json-schema.ts";
import { formats } from "../../src/formats/registry.ts";
import type { FormatAdapter } from "../../src/formats/types.ts";
import { parseJson } from "../../src/json/parse.ts";
import { stringifyJson } from "../../src/json/stringify.ts";
import { decodeUtf8 } from "../../src/json/text.ts";
import type { Json, JsonObject } from "../../src/json/value.ts";
import { timeZone } from "../../src/model/time.ts";
import { fixturePaths, recordsOfFile } from "../support/fixtures.ts";
import { root } from "../support/run-chatx.ts";

const addFormats = addFormatsModule as unknown as (ajv: Ajv2020) => Ajv2020;

function documents(format: FormatAdapter, folder: "valid" | "invalid") {
  return fixturePaths(`${format.id}/${folder}`).flatMap((path) =>
    recordsOfFile(path).flatMap((record) => {
      const parsed = parseJson(decodeUtf8(record.bytes) ?? "");
      return parsed.ok ? [{ name: `${path}${record.pointer}`, document: parsed.value as JsonObject }] : [];
    }),
  );
}

const zone = timeZone("UTC");

describe.each(formats)("$id", (format) => {
  const schema = jsonSchemaOf(format);
  const validate = addFormats(
    new Ajv2020({ strict: true, strictRequired: false, allErrors: true, allowUnionTypes: true }),
  ).compile(schema);

  test.each(documents(format, "valid"))(
    "recognises, accepts and reads $name, and leaves it as it was",
    ({ document }) => {
      const before = stringifyJson(document);
      expect(detectFormat(document).format?.id).toBe(format.id);
      const { report, diagnostics } = collectDiagnostics();
      expect(checkDocument(format, document, report), JSON.stringify(diagnostics)).toBe(true);
      const result = format.read(document, {
        report,
        zone,
        zoneIsGiven: true,
        receivedAt: "2026-01-01T00:00:00Z",
      });
      expect(result.kind).not.toBe("rejected");
      expect(stringifyJson(document)).toBe(before);
    },
  );

  test.each(documents(format, "invalid"))("reports $name at a pointer that exists", ({ document }) => {
    const { report, diagnostics } = collectDiagnostics();
    expect(checkDocument(format, document, report)).toBe(false);
    for (const { pointer } of diagnostics) expect(exists(document, pointer), pointer).toBe(true);
  });

  test("has a JSON Schema with title, description and $id that accepts every valid fixture", () => {
    expect(schema).toMatchObject({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      $id: `urn:chatx:schema:${format.id}`,
    });
    expect(schema.title).toBeTruthy();
    expect(schema.description).toBeTruthy();
    for (const path of fixturePaths(`${format.id}/valid`).filter((one) => one.endsWith(".json"))) {
      const document: unknown = JSON.parse(readFileSync(join(root, path), "utf8"));
      expect(validate(document), `${path}: ${JSON.stringify(validate.errors)}`).toBe(true);
    }
  });

  test("never throws, whatever object it is shown", () => {
    const keys = [
      "id",
      "_type",
      "_event",
      "type",
      "messages",
      "transcript",
      "channel",
      "data",
      "event",
      "contact",
      "accountId",
      "__proto__",
    ];
    const object = fc.dictionary(fc.oneof(fc.constantFrom(...keys), fc.string()), fc.jsonValue());
    fc.assert(
      fc.property(object, (value) => {
        const parsed = parseJson(JSON.stringify(value));
        if (!parsed.ok) return;
        const document = parsed.value as JsonObject;
        format.recognise(document);
        const { report } = collectDiagnostics();
        if (checkDocument(format, document, report))
          format.read(document, { report, zone, zoneIsGiven: true });
      }),
      { numRuns: 300 },
    );
  });

  test("documents only fields that its carries and tables agree on", () => {
    for (const place of format.carries) {
      expect(
        format.fields.some((rule) => rule.model === place && rule.on !== "read"),
        place,
      ).toBe(true);
    }
  });
});

function exists(document: Json, pointer: string): boolean {
  let at: unknown = document;
  for (const part of pointer.split("/").slice(1)) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return false;
    at = (at as Record<string, unknown>)[key];
  }
  return true;
}
