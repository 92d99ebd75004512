import { describe, expect, test } from "vitest";
import { conversationOf } from "../../src/cli/record-values.ts";
import { ExactNumber } from "../../src/json/value.ts";
import { timeZone } from "../../src/model/time.ts";
import { compileBody } from "../../src/template/body.ts";
import { compileHeaders } from "../../src/template/headers.ts";
import { knownNames } from "../../src/template/known-names.ts";
import type { Path } from "../../src/template/parse.ts";
import { fixturePaths, recordsOfFile } from "../support/fixtures.ts";
import { names } from "./hostile.ts";

const check = (template: string, options = {}) => compileBody(template, names(options), "text/plain");

describe("names", () => {
  test.each([
    "$payload",
    "$payload.any.thing[3].at",
    "$conversation.id",
    "$conversation.messages[0].text",
    "$conversation.messages[12].attachments[0].url",
    "$conversation.custom.anything",
    "$record.source:$record.line/$record.index",
    "$capture.method $capture.url $capture.receivedAt ${capture.headers.x-request-id}",
    "$var.shop",
    "$env.TOKEN",
    "$tokenResponse.status ${tokenResponse.headers.x-auth} $tokenResponse.body.JSON.access_token",
    "$idempotencyKey $uuid",
    "$ClientsID $chatConnector.id $chatConnector.name $pdata.email $dateTime",
    "$report.encoded.base64 $report.bytes $xmlTemplate.encoded.base64",
    "${env.NOT_SET:-none} ${var.other:-none}",
  ])("%s exist", (template) => {
    expect(() => check(template)).not.toThrow();
  });

  test.each([
    ["$paylod.text", "$payload.text"],
    ["$conversation.mesages[0].text", "$conversation.messages[0].text"],
    ["$conversation.messages[0].txt", "$conversation.messages[0].text"],
    ["$conversation.account", "$conversation.origin.account"],
    ["$record.lin", "$record.line"],
    ["$env.TOKN", "$env.TOKEN"],
    ["$var.shp", "$var.shop"],
    ["$clientsID", "$ClientsID"],
    ["$report.encoded", "$report.encoded.base64"],
    ["$tokenResponse.body.json.x", "$tokenResponse.body.JSON.x"],
    ["$__proto__", undefined],
    ["$constructor.constructor", undefined],
    ["$env.__proto__", undefined],
    ["$record.line.x", undefined],
    ["$conversation[0]", undefined],
  ])("%s is refused at its place, and %s named", (template, nearest) => {
    const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
    expect(() => check(`one\ntwo ${template}`)).toThrow(
      `there is no variable ${template}${hint} (line 2, column 5 of the template)`,
    );
  });

  test("a root that has no value here is refused with the reason", () => {
    const unavailable = new Map([["payload", "has no value in a token request"]]);
    expect(() => check("$payload.id", { unavailable })).toThrow(
      "$payload.id has no value in a token request (line 1",
    );
  });

  test("a header's name with a hyphen needs braces: without them another header would be named", () => {
    expect(() => check("$capture.headers.x-request-id")).toThrow("${capture.headers.x-request-id}");
    expect(() => check("$capture.headers.host - x")).not.toThrow();
  });

  test("secrets are known by their name", () => {
    const [header] = compileHeaders(
      ["A: $env.TOKEN $var.shop $tokenResponse.body.JSON.t $tokenResponse.status"],
      names(),
    );
    const secret = header!.parts.flatMap((part) =>
      typeof part === "string" ? [] : [[part.name, part.isSecret]],
    );
    expect(secret).toEqual([
      ["env.TOKEN", true],
      ["var.shop", false],
      ["tokenResponse.body.JSON.t", true],
      ["tokenResponse.status", false],
    ]);
  });
});

describe("$conversation", () => {
  const folders = ["smartsupp", "smartsupp-event", "userlike", "userlike-legacy", "ferndesk"];

  test("has a name for everything that the formats read", () => {
    const known = knownNames();
    const unknown = new Set<string>();
    let values = 0;
    for (const path of folders.flatMap((folder) => fixturePaths(`${folder}/valid`))) {
      for (const record of recordsOfFile(path)) {
        const conversation = conversationOf(record, { zone: timeZone("UTC") });
        for (const steps of pathsIn(conversation, ["conversation"])) {
          values++;
          if (!known.check(steps, false).isKnown) unknown.add(steps.join("."));
        }
      }
    }
    expect([...unknown]).toEqual([]);
    expect(values).toBeGreaterThan(500);
  });
});

function pathsIn(value: unknown, path: Path): Path[] {
  if (typeof value !== "object" || value === null || value instanceof ExactNumber)
    return value === undefined ? [] : [path];
  return Object.entries(value).flatMap(([key, inner]) =>
    pathsIn(inner, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}
