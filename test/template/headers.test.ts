import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compileHeaders, renderHeaders } from "../../src/template/headers.ts";
import { anyText, HOSTILE, names, unwrap, withText } from "./hostile.ts";

let server: Server;
let port: number;

beforeAll(async () => {
  server = createServer((message, response) => {
    response.end(JSON.stringify(message.rawHeaders));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});

afterAll(() => {
  server.close();
});

/** Names and values of a request as Node's HTTP parser reads them from the wire. */
function received(headers: [string, string][]): Promise<[string, string][]> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: "127.0.0.1", port, headers: headers.flat(), setHost: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => {
          const raw = JSON.parse(Buffer.concat(chunks).toString()) as string[];
          resolve(
            raw.flatMap((name, at) => (at % 2 === 0 ? [[name, raw[at + 1]!] as [string, string]] : [])),
          );
        });
      },
    );
    outgoing.on("error", reject);
    outgoing.end();
  });
}

/** What a header carries unchanged: Latin-1 without controls, and no blank at either end. */
const carried = (text: string) => /^[\u0020-\u007e\u00a0-\u00ff]*$/.test(text) && !/^ | $/.test(text);

describe("a value in a header", () => {
  const compiled = compileHeaders(["X-Alone: $payload.text", "X-Within:  a $payload.text z "], names());

  const check = async (text: string) => {
    const result = renderHeaders(compiled, { variables: withText(text) });
    if (!carried(text)) {
      expect(result).toMatchObject({ ok: false, problem: { code: "not-allowed", name: "payload.text" } });
      return;
    }
    const got = await received([["Host", "x.example"], ...unwrap(result), ["Connection", "close"]]);
    expect(got).toEqual([
      ["Host", "x.example"],
      ["X-Alone", text],
      ["X-Within", `a ${text} z`],
      ["Connection", "close"],
    ]);
  };

  test.each(HOSTILE.filter(({ length }) => length < 8000))("%j arrives as it is or not at all", check);

  test("so does any text", async () => {
    await fc.assert(
      fc.asyncProperty(
        anyText.filter(({ length }) => length < 8000),
        check,
      ),
      { numRuns: 300 },
    );
  });

  test.each([
    "\r",
    "\n",
    "\r\n",
    "\0",
    "\t",
    "\u001f",
    "\u007f",
    "\u0080",
    "\u0085",
    "\u009f",
    "\u010a",
    "\u010d",
    "\u2028",
    "🙂",
  ])("%j is refused, and the reason says what it is", (character) => {
    const result = renderHeaders(compiled, { variables: withText(`a${character}b`) });
    const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
    expect(result).toMatchObject({ ok: false, problem: { reason: expect.stringContaining(`U+${code}`) } });
  });

  test("adds no cookie and ends no quotes", () => {
    const [cookie, quoted] = compileHeaders(
      ["Cookie: a=$payload.text; b=2", 'X-File: name="$payload.text"; x=1'],
      names(),
    ).map((header) => (text: string) => renderHeaders([header], { variables: withText(text) }));
    expect(unwrap(cookie!("abc-1"))).toEqual([["Cookie", "a=abc-1; b=2"]]);
    for (const text of ["1; admin=1", "a,b", 'a"b', "a b", "a\\b", "é"]) expect(cookie!(text).ok).toBe(false);
    expect(unwrap(quoted!("a;b c"))).toEqual([["X-File", 'name="a;b c"; x=1']]);
    for (const text of ['a"; x=2; y="', "a\\"]) expect(quoted!(text).ok).toBe(false);
  });
});

describe("header templates", () => {
  test.each([
    "Host: x",
    "content-length: 1",
    "Transfer-Encoding: chunked",
    "CONNECTION: x-key",
    "Keep-Alive: 1",
    "Upgrade: h2c",
    "TE: trailers",
    "Trailer: x",
    "Expect: 100-continue",
    "$payload.name: x",
    "X-$payload.name: x",
    "x y: 1",
    "x\r\ny: 1",
    ": 1",
    "no colon",
    "X-Ä: 1",
    "X: a\r\nY: b",
    "X: \u0000",
    "X: 漢",
    "Content-Type: $payload.type",
  ])("%j is refused", (header) => {
    expect(() => compileHeaders([header], names())).toThrow(/\(line 1, column \d+ of .*header/);
  });

  test("may not come twice, in whatever case", () => {
    expect(() => compileHeaders(["X-Key: 1", "x-key: 2"], names())).toThrow("comes twice");
  });

  test("are trimmed as they would be on the way, and an empty one stays", () => {
    const compiled = compileHeaders(["X-A: \t a b \t", ["X-B", " c"], "X-C:", "X-D: é"], names());
    expect(unwrap(renderHeaders(compiled, { variables: new Map() }))).toEqual([
      ["X-A", "a b"],
      ["X-B", "c"],
      ["X-C", ""],
      ["X-D", "é"],
    ]);
  });

  test("say which header a fault is in", () => {
    expect(() => compileHeaders(["X-Key: abc $paylod.x"], names())).toThrow(
      "there is no variable $paylod.x; did you mean $payload.x? (line 1, column 5 of header X-Key)",
    );
  });
});
