import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseTemplate, TemplateError } from "../../src/template/parse.ts";

const shape = (template: string) =>
  parseTemplate(template).map((segment) =>
    segment.kind === "text" ? segment.text : { path: segment.path, fallback: segment.fallback },
  );

function errorOf(run: () => unknown): TemplateError {
  try {
    run();
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("the dialect", () => {
  test.each([
    ["plain", ["plain"]],
    ["", []],
    ["$a", [{ path: ["a"] }]],
    ["$a.b[0].c!", [{ path: ["a", "b", 0, "c"] }, "!"]],
    ["$a.", [{ path: ["a"] }, "."]],
    ["$a-b", [{ path: ["a"] }, "-b"]],
    ["${a.x-b}c", [{ path: ["a", "x-b"] }, "c"]],
    ["${a:-}", [{ path: ["a"], fallback: "" }]],
    ["${a:-two words, $$5}", [{ path: ["a"], fallback: "two words, $5" }]],
    ["$$a", ["$", "a"]],
    ["$$$a", ["$", { path: ["a"] }]],
    ["a$$b$$", ["a$", "b$"]],
    ["#if($a) {{b}} <%= c %>", ["#if(", { path: ["a"] }, ") {{b}} <%= c %>"]],
  ])("%j is read as %j", (template, expected) => {
    expect(shape(template)).toEqual(expected);
  });

  test.each([
    ["costs $5", 1, 7],
    ["a\nb $ c", 2, 3],
    ["${", 1, 1],
    ["${a", 1, 1],
    ["${a|upper}", 1, 1],
    ["${a.b()}", 1, 1],
    ["${a:-$b}", 1, 6],
    ["🙂\n\n  ${a:-x$y}", 3, 9],
    ["ok \ud800 no", 1, 4],
  ])("%j is refused at its place", (template, line, column) => {
    expect(errorOf(() => parseTemplate(template))).toMatchObject({ line, column });
  });

  test("segments cover the template: nothing is skipped, nothing read twice", () => {
    const piece = fc.constantFrom("a", "$$", "$x", "${y.z:-d}", "$x[1]", "\n", "{", "}", "🙂", ".");
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const template = pieces.join("");
        let at = 0;
        for (const segment of parseTemplate(template)) {
          // Between segments only the second sign of a "$$" may be missing.
          expect(["", "$"]).toContain(template.slice(at, segment.offset));
          at = segment.kind === "text" ? segment.offset + segment.text.length : segment.end;
        }
        expect(["", "$"]).toContain(template.slice(at));
      }),
    );
  });
});
