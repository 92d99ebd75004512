import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Redactor, SecretTooShort } from "../../src/template/redact.ts";

const CANARY = 'cAn&ry/"1\\<ö>+%41 x';

function redactorOf(...secrets: string[]): Redactor {
  const redactor = new Redactor();
  for (const secret of secrets) redactor.add(secret, "$env.TOKEN");
  return redactor;
}

const percent = (text: string) => encodeURIComponent(text);
const percentAll = (text: string) =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
const json = (text: string) => JSON.stringify(text).slice(1, -1);
const jsonAscii = (text: string) =>
  text.replace(/./gs, (unit) => `\\u${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`);
const xml = (text: string) =>
  text.replace(
    /[&<>"']/g,
    (unit) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[unit] ?? "&#39;",
  );
const xmlAll = (text: string) => text.replace(/./gu, (unit) => `&#x${unit.codePointAt(0)!.toString(16)};`);
const base64 = (text: string) => Buffer.from(text).toString("base64");
const base64url = (text: string) => Buffer.from(text).toString("base64url");
const hex = (text: string) => Buffer.from(text).toString("hex");

const WAYS: [string, (text: string) => string][] = [
  ["as it is", (text) => text],
  ["percent-encoded", percent],
  ["percent-encoded throughout", percentAll],
  ["as a form writes it", (text) => new URLSearchParams([["a", text]]).toString().slice(2)],
  ["as the URL standard writes a query", (text) => new URL(`http://x/?${text}`).search.slice(1)],
  ["JSON-escaped", json],
  ["JSON-escaped with slashes", (text) => json(text).replaceAll("/", "\\/")],
  ["JSON-escaped throughout", jsonAscii],
  ["JSON in JSON", (text) => json(json(text))],
  ["JSON in JSON in JSON", (text) => json(json(json(text)))],
  ["XML-escaped", xml],
  ["XML-escaped throughout", xmlAll],
  ["XML-escaped in JSON", (text) => json(xml(text))],
  ["JSON in XML", (text) => xml(json(text))],
  ["percent-encoded JSON", (text) => percent(json(text))],
  ["percent-encoded twice", (text) => percent(percent(text))],
  ["in hex", hex],
  ["in upper-case hex", (text) => hex(text).toUpperCase()],
];
const AROUND: [string, (text: string) => string][] = [
  ["in Base64", base64],
  ["in URL-safe Base64", base64url],
  ["in Base64 of JSON", (text) => base64(json(text))],
  ["in Base64 of XML", (text) => base64(xml(text))],
  ["in percent-encoded Base64", (text) => percent(base64(text))],
  ["in Base64 in JSON with escaped slashes", (text) => base64(text).replaceAll("/", "\\/")],
];

describe("a secret", () => {
  test.each(WAYS)("is masked %s, and what is around it stays", (_, encode) => {
    expect(redactorOf(CANARY).redact(`before ${encode(CANARY)} after`)).toBe("before *** after");
  });

  test.each(AROUND)("is masked %s at every alignment", (_, encode) => {
    for (const before of ["", "u", "us", "user:"]) {
      for (const after of ["", "a", "ab", "abc"]) {
        const shown = redactorOf(CANARY).redact(`Basic ${encode(before + CANARY + after)} tail`);
        expect(shown).toMatch(/^Basic [A-Za-z0-9%]{0,8}\*\*\*[A-Za-z0-9=%]{0,10} tail$/);
      }
    }
  });

  test("leaves no bits of itself in the Base64 digits that it shares with its neighbours", () => {
    // Two secrets that differ in their last bits only, with the same text behind: what is left must be the same.
    const left = ["secretA", "secretB"].map((secret) => redactorOf(secret).redact(base64(`x${secret}y`)));
    expect(left[0]).toBe(left[1]);
    const first = ["Aecret1", "aecret1"].map((secret) => redactorOf(secret).redact(base64(`x${secret}y`)));
    expect(first[0]).toBe(first[1]);
  });

  test("is masked in Base64 that is broken into lines", () => {
    const long = `${"k".repeat(70)}${CANARY}`;
    const lines = base64(`user:${long}`).replace(/(.{76})/g, "$1\r\n");
    expect(redactorOf(long).redact(lines)).not.toMatch(/[A-Za-z0-9+/]{12}/);
  });

  test("leaves the line breaks around it", () => {
    expect(redactorOf(CANARY).redact(`a: ${CANARY}\r\nb: ${base64(CANARY)}\n\nc`)).toMatch(
      /^a: \*\*\*\r\nb: \*\*\*[=]*\n\nc$/,
    );
  });

  test("is masked however often, and together with others that overlap it", () => {
    expect(redactorOf("abcd", "cdef").redact("abcdef abcd cdef xabcdx")).toBe("*** *** *** x***x");
    expect(redactorOf("aaaa").redact("aaaaaa")).toBe("***");
    expect(redactorOf("token-1", "token-12").redact("token-12,token-1")).toBe("***,***");
  });

  test("is masked when any text is around it, in any mixture of encodings", () => {
    const filler = fc.string({
      unit: fc.constantFrom(...'ab%&\\"<;#/+= \n', "%41", "\\n", "&lt;", "\\u00"),
      maxLength: 8,
    });
    const ways = fc.constantFrom(...WAYS.map(([, encode]) => encode));
    fc.assert(
      fc.property(filler, ways, filler, (before, encode, after) => {
        const shown = redactorOf(CANARY).redact(`${before} ${encode(CANARY)} ${after}`);
        expect(shown).toContain("***");
        expect(shown).not.toContain("cAn");
      }),
      { numRuns: 500 },
    );
  });

  test("of any characters is found in every encoding", () => {
    const secrets = fc
      .string({ unit: "grapheme", minLength: 4, maxLength: 12 })
      .filter((text) => text.length >= 4);
    const ways = fc.constantFrom(
      ...WAYS.slice(0, 3),
      ...WAYS.slice(5, 8),
      ...WAYS.slice(10, 12),
      ...WAYS.slice(16),
    );
    fc.assert(
      fc.property(secrets, ways, (secret, [, encode]) => {
        expect(redactorOf(secret).redact(`[${encode(secret)}]`)).toMatch(/^\[?\*\*\*\]?$/);
      }),
      { numRuns: 500 },
    );
  });

  test("cut off at the end of a text is masked too, when the text is said to be clipped", () => {
    const redactor = redactorOf("supersecret");
    expect(redactor.redact("token=supers", true)).toBe("token=***");
    expect(redactor.redact("token=sup", true)).toBe("token=sup");
    expect(redactor.redact("token=supers")).toBe("token=supers");
    expect(redactor.redact(`x ${base64("supersecret").slice(0, 9)}`, true)).toBe("x ***");
  });

  test("is masked in bytes, text or not, and other bytes stay", () => {
    const redactor = redactorOf("sécret");
    expect(Buffer.from(redactor.redactBytes(Buffer.from("ü sécret ü"))).toString()).toBe("ü *** ü");
    const broken = Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from("sécret"), Buffer.of(0x80)]);
    expect([...redactor.redactBytes(broken)]).toEqual([0xff, 0xfe, 0x2a, 0x2a, 0x2a, 0x80]);
    const clean = Buffer.of(0xff, 1, 2);
    expect(redactor.redactBytes(clean)).toBe(clean);
  });

  test("that is empty or short is refused by its name", () => {
    for (const secret of ["", "a", "abc"]) {
      expect(() => redactorOf(secret)).toThrow(SecretTooShort);
      expect(() => redactorOf(secret)).toThrow(/^the secret \$env\.TOKEN has fewer than 4 characters/);
    }
    expect(redactorOf("abcd").redact("abcd")).toBe("***");
  });
});

describe("what is secret in a secret", () => {
  test.each([
    ["what stands behind a scheme", "Bearer canary-1", ["canary-1"]],
    ["a password in Base64", `Basic ${base64("ann:canary-2")}`, ["canary-2", base64("ann:canary-2")]],
    ["a password in bare Base64", base64("ann:canary-3"), ["canary-3", "ann:canary-3"]],
    ["a password in URL-safe Base64", base64url("ann:canärÿ>>4??"), ["canärÿ>>4??"]],
    ["a password with colons", base64("ann:canary:5"), ["canary:5"]],
    ["a password without a user", base64(":canary-6"), ["canary-6"]],
  ])("is masked as well: %s", (_, secret, parts) => {
    const redactor = redactorOf(secret);
    for (const part of parts) expect(redactor.redact(`the ${part} is wrong`)).toBe("the *** is wrong");
  });

  test("is masked with the pair where it is too short alone", () => {
    const redactor = redactorOf(base64("ann:abc"));
    expect(redactor.redact("abc, ann:abc")).toBe("abc, ***");
  });

  test("is nothing where the Base64 is of no readable pair", () => {
    for (const secret of [base64("no colon at all"), base64("ann:\u0001\u0002canary"), "ab:cd:ef", "YW5u*"]) {
      expect(redactorOf(secret).redact("the colon at all, canary, ann")).toBe(
        "the colon at all, canary, ann",
      );
    }
  });
});

describe("a short number", () => {
  const redactor = new Redactor();
  redactor.add("12345", "$tokenResponse.body.JSON.pin", true);
  redactor.add("123", "$tokenResponse.body.JSON.id", true);
  redactor.add("12345678", "$tokenResponse.body.JSON.long", true);

  test("is masked in an exchange, not everywhere; a long one is", () => {
    const text = "12345 of 123, 12345678";
    expect(redactor.redact(text)).toBe("12345 of 123, ***");
    expect(redactor.forExchange([]).redact(text)).toBe("*** of 123, ***");
  });

  test("is told from the secrets of another exchange", () => {
    expect(redactor.forExchange(["Token canary", "abc"]).redact("canary abc 12345")).toBe("*** abc ***");
    expect(redactor.forExchange([]).redact("canary")).toBe("canary");
    const none = new Redactor();
    expect(none.forExchange(["abc"])).toBe(none);
  });
});

describe("a text without secrets", () => {
  test("stays as it is, whatever it looks like", () => {
    const redactor = redactorOf(CANARY, "another-secret");
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab%&\\"<;#/+=4u0c \r\n') }), (text) => {
        expect(redactor.redact(text)).toBe(text);
      }),
    );
  });

  test("is searched in time that grows with its length, also when it is made to be decoded", () => {
    const redactor = redactorOf(CANARY);
    const hostile = "%25\\u005c&amp;\\\\%5C".repeat(50_000);
    expect(redactor.redact(hostile)).toBe(hostile);
    const backslashes = "\\".repeat(300_000);
    expect(redactorOf("\\".repeat(31)).redact(`x${backslashes}y`)).toBe("x***y");
  });
});
