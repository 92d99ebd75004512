import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseJson } from "../../src/json/parse.ts";
import { encodeUtf8 } from "../../src/json/text.ts";
import { ExactNumber } from "../../src/json/value.ts";
import { payloadProvider } from "../../src/template/payload.ts";
import { dateTimeText, jsonProvider, textsProvider } from "../../src/template/providers.ts";

describe("$payload", () => {
  test("has the values that our own parser reads, however it gets them", () => {
    const keys = fc.constantFrom("a", "b", "__proto__", "constructor", "0", "length");
    const steps = fc.array(fc.oneof(keys, fc.nat(2)), { maxLength: 4 });
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: "small" },
        fc.constantFrom("1.0", "-0", "1e400", "9007199254740993", "12", '"x"', "null", "true"),
        fc.array(tie("value"), { maxLength: 3 }).map((items) => `[${items.join(",")}]`),
        fc.array(fc.tuple(keys, tie("value")), { maxLength: 4 }).map(
          // Keys may come twice: the last one stands.
          (members) => `{${members.map(([key, inner]) => `${JSON.stringify(key)}:${inner}`).join(" , ")}}`,
        ),
      ),
    }));
    fc.assert(
      fc.property(value, steps, (text, path) => {
        const parsed = parseJson(String(text));
        const expected = parsed.ok ? jsonProvider(parsed.value).value(path) : undefined;
        expect(payloadProvider(encodeUtf8(String(text))).value(path)).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });

  test("keeps the digits of a number that is asked for", () => {
    const payload = payloadProvider(encodeUtf8('{"id":9007199254740993,"list":[1.0]}'));
    expect(payload.value(["id"])).toEqual(new ExactNumber("9007199254740993"));
    expect(payload.value(["list"])).toEqual([new ExactNumber("1.0")]);
  });

  test("is JSON or nothing", () => {
    for (const bytes of [Uint8Array.of(0x22, 0xff, 0x22), encodeUtf8("1,2"), encodeUtf8("")]) {
      expect(payloadProvider(bytes).raw?.()).toBeUndefined();
      expect(payloadProvider(bytes).value([])).toBeUndefined();
    }
    const bytes = encodeUtf8(' {"a" : 1.0} ');
    expect(payloadProvider(bytes).raw?.()).toBe(bytes);
  });
});

describe("other providers", () => {
  test("ask for a lazy value once, and only when it is named", () => {
    let asked = 0;
    const provider = jsonProvider(() => ({ a: ++asked }));
    expect(asked).toBe(0);
    expect([provider.value(["a"]), provider.value(["a"])]).toEqual([1, 1]);
  });

  test("have own names only", () => {
    const texts = textsProvider({ a: "1", none: undefined });
    expect([["a"], ["none"], ["toString"], ["a", "b"], []].map((steps) => texts.value(steps))).toEqual([
      "1",
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  test("write a moment as jtel does, in the zone that is asked for", () => {
    expect(dateTimeText(Date.UTC(2024, 1, 29, 23, 59, 59, 999), 0)).toBe("2024-02-29 23:59:59");
    expect(dateTimeText(Date.UTC(2024, 1, 29, 23, 59, 59), -34_200_000)).toBe("2024-02-29 14:29:59");
  });
});
