import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileBody, renderBody } from "../../src/template/body.ts";
import { compileUrl, renderUrl } from "../../src/template/url.ts";
import { anyText, HOSTILE, names, textOf, unwrap, withText } from "./hostile.ts";

const request = { hasFragment: false };
const IS_DOTS = new Set(["", ".", ".."]);
const template =
  "https://api.example.com:8443/v1/$payload.text/items/x-$payload.text?a=1&q=$payload.text&r=<$payload.text>";
const compiled = compileUrl(template, names(), request);

function checkAgainstUrl(text: string) {
  const result = renderUrl(compiled, { variables: withText(text) });
  if (IS_DOTS.has(text)) {
    expect(result).toMatchObject({ ok: false, problem: { code: "not-allowed", name: "payload.text" } });
    return;
  }
  const url = new URL(unwrap(result));
  expect(url.origin).toBe("https://api.example.com:8443");
  expect([url.username, url.password, url.hash]).toEqual(["", "", ""]);
  expect(url.pathname.split("/").map(decodeURIComponent)).toEqual(["", "v1", text, "items", `x-${text}`]);
  expect([...url.searchParams]).toEqual([
    ["a", "1"],
    ["q", text],
    ["r", `<${text}>`],
  ]);
}

describe("a value in a URL", () => {
  test.each(HOSTILE)("%j arrives as one segment and one parameter", checkAgainstUrl);

  test("so does any text", () => {
    fc.assert(fc.property(anyText, checkAgainstUrl), { numRuns: 1000 });
  });

  test.each([
    "%2e",
    "%2E%2e",
    ".%2e",
    "%252e%252e",
    "..%2f..",
    "..;",
    ". ",
    " ..",
    "..\\",
    "%5c",
    "%00",
    "..%00",
  ])("the traversal %j is data like all else", checkAgainstUrl);

  test("makes no dot segment together with literal text", () => {
    const dotted = compileUrl("https://x.example/a/%2e$payload.text/.$payload.text", names(), request);
    expect(renderUrl(dotted, { variables: withText(".") })).toMatchObject({
      ok: false,
      problem: { code: "not-allowed" },
    });
    expect(new URL(unwrap(renderUrl(dotted, { variables: withText(".a") }))).pathname).toBe("/a/%2e.a/..a");
    const before = compileUrl("https://x.example/a/$payload.text.", names(), request);
    expect(renderUrl(before, { variables: withText(".") })).toMatchObject({ ok: false });
  });

  test("may be empty in the query, and is encoded in a fragment", () => {
    const query = compileUrl("https://x.example?q=$payload.text", names(), request);
    expect(unwrap(renderUrl(query, { variables: withText("") }))).toBe("https://x.example?q=");
    const link = compileUrl("https://x.example/#/chats/$payload.text?x", names(), { hasFragment: true });
    expect(unwrap(renderUrl(link, { variables: withText("a/b#c") }))).toBe(
      "https://x.example/#/chats/a%2Fb%23c?x",
    );
  });

  test("leaves literal text as it is written", () => {
    const literal = compileUrl("http://Bücher.example/ä%FF/%2f/$payload.text/$$?x=é", names(), request);
    expect(unwrap(renderUrl(literal, { variables: withText("1") }))).toBe(
      "http://Bücher.example/ä%FF/%2f/1/$?x=é",
    );
  });
});

describe("a URL template", () => {
  test.each([
    ["$payload.url", 1],
    ["${var.shop}://x/", 1],
    ["http$payload.a://x/", 5],
    ["https://$payload.host/", 9],
    ["https://api.$payload.host/x", 13],
    ["https://x.example:$payload.port/", 19],
    ["https://x.example$payload.a", 18],
    ["https://x.example$payload.a/b", 18],
    ["https://$payload.a@x.example/", 9],
  ])("%s is refused in column %d: it decides where the request goes", (text, column) => {
    expect(() => compileUrl(text, names(), request)).toThrow(
      expect.objectContaining({ line: 1, column, problem: expect.stringContaining("literal") }),
    );
  });

  test.each([
    ["ftp://x.example/", 1],
    ["/relative", 1],
    ["https:///x", 1],
    ["https:x.example/", 1],
    ["https://user:secret@x.example/", 20],
    ["https://x.example:99999/", 1],
    ["https://x.example/a b", 20],
    ["https://x.example/a\\b", 20],
    ["https://x.example/a\n/b", 20],
    ["https://x.example/%", 19],
    ["https://x.example/%4$payload.a", 19],
    ["https://x.example/a/../b", 21],
    ["https://x.example/%2E%2e", 19],
    ["https://x.example/?$payload.a=1", 20],
    ["https://x.example/?a=1&b$payload.a", 25],
    ["https://x.example/#$payload.a", 19],
    ["https://x.example/$paylod.a", 19],
  ])("%s is refused in column %d", (text, column) => {
    expect(() => compileUrl(text, names(), request)).toThrow(expect.objectContaining({ line: 1, column }));
  });
});

describe("a value in a form", () => {
  const form = compileBody(
    "a=1&text=$payload.text&both=x%20$payload.text+y\n",
    names(),
    "application/x-www-form-urlencoded",
  );

  const check = (text: string) => {
    const sent = textOf(unwrap(renderBody(form, { variables: withText(text) })));
    expect(sent).toMatch(/^[\u0021-\u007e]*$/);
    expect([...new URLSearchParams(sent)]).toEqual([
      ["a", "1"],
      ["text", text],
      ["both", `x ${text} y`],
    ]);
  };

  test.each(HOSTILE)("%j is read back by URLSearchParams", check);

  test("so is any text", () => {
    fc.assert(fc.property(anyText, check), { numRuns: 500 });
  });

  test.each([
    ["$payload.a=1", 1],
    ["a=1&$payload.a=2", 5],
    ["a$payload.a", 2],
    ["a=x y", 4],
    ["a=é", 3],
    ["a=%4", 3],
    ["a=%$payload.a", 3],
    ["a=1\nb=2", 4],
  ])("%j is refused in column %d", (text, column) => {
    expect(() => compileBody(text, names(), "application/x-www-form-urlencoded")).toThrow(
      expect.objectContaining({ line: 1, column }),
    );
  });
});

describe("a value in plain text", () => {
  test("stands as it is, with no second pass", () => {
    const text = compileBody("<$payload.text>$$", names(), "text/plain");
    fc.assert(
      fc.property(anyText, (value) => {
        expect(textOf(unwrap(renderBody(text, { variables: withText(value) })))).toBe(`<${value}>$`);
      }),
    );
  });
});
