import { expect, test } from "vitest";
import { urlOf } from "../../src/json/url.ts";

test("a URL with characters beyond ASCII is one, however often it is asked", () => {
  const wrong: number[] = [];
  for (let k = 0; k < 50_000; k++)
    if (urlOf("http://Bücher.example/ä")?.host !== "xn--bcher-kva.example") wrong.push(k);
  expect(wrong).toEqual([]);
});

test.each([
  ["https://x.example/a", undefined, "https://x.example/a"],
  ["b?c=ü", "https://x.example/a", "https://x.example/b?c=%C3%BC"],
  ["b", undefined, undefined],
  ["http://", undefined, undefined],
  ["http://[::1", "https://x.example/", undefined],
])("%s from %s is %s", (text, base, href) => {
  expect(urlOf(text, base)?.href).toBe(href);
});
