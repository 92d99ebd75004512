import { describe, expect, test } from "vitest";
import { expectationFrom, whyUnexpected } from "../../src/replay/expect.ts";

const why = (text: string, body: string | Uint8Array, status = 200, isBodyClipped = false) =>
  whyUnexpected(
    { status, body: typeof body === "string" ? new TextEncoder().encode(body) : body, isBodyClipped },
    [expectationFrom(text)!],
  );

describe("--expect", () => {
  test.each(["404", "302", "2", "2000", "ok", "ok=true", "/ok", ""])("does not take %j", (text) => {
    expect(expectationFrom(text)).toBeUndefined();
  });

  test("of a status wants that one", () => {
    expect(why("202", "", 202)).toBeUndefined();
    expect(why("202", "", 200)).toBe("the answer's status is 200, not 202");
  });

  test.each([
    ["/ok=true", '{"ok":true}'],
    ["/ok=true", '{"ok":"true"}'],
    ["/code=5", '{"code":5}'],
    ["/code=5", '{"code":"5"}'],
    ['/code="5"', '{"code":"5"}'],
    ["/id=9007199254740993", '{"id":9007199254740993}'],
    ["/a/0/b=x=y", '{"a":[{"b":"x=y"}]}'],
    ["/a~1b/~0=null", '{"a/b":{"~":null}}'],
    ["=ok", '"ok"'],
    ["/__proto__=1", '{"__proto__":1}'],
    ["/empty=", '{"empty":""}'],
  ])("%s holds for %s", (text, body) => {
    expect(why(text, body)).toBeUndefined();
  });

  test.each([
    ["/ok=true", '{"ok":false}', "/ok of the answer is not true"],
    ['/code="5"', '{"code":5}', '/code of the answer is not "5"'],
    ["/ok=true", "{}", "the answer has no /ok"],
    ["/toString=1", "{}", "the answer has no /toString"],
    ["/a/01=1", '{"a":[1,1]}', "the answer has no /a/01"],
    ["/a=x", '{"a":{}}', "/a of the answer is not x"],
    ["=ok", '"no"', "the answer is not ok"],
    ["/ok=true", "<html>", "the answer is not JSON"],
    ["/ok=true", "", "the answer is not JSON"],
  ])("%s does not hold for %s", (text, body, reason) => {
    expect(why(text, body)).toBe(reason);
  });

  test("does not hold for what is clipped or no text", () => {
    expect(why("/ok=true", '{"ok":true}', 200, true)).toBe("the answer is too long to be looked into");
    expect(why("/ok=true", Uint8Array.of(0xff))).toBe("the answer is not JSON");
  });

  test("given several times wants all of it", () => {
    const all = ["201", "/ok=true"].map((text) => expectationFrom(text)!);
    const answer = { status: 201, body: new TextEncoder().encode('{"ok":false}'), isBodyClipped: false };
    expect(whyUnexpected(answer, all)).toBe("/ok of the answer is not true");
  });
});
