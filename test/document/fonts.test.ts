import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isSimple } from "../../src/document/characters.ts";
import { FontProblem } from "../../src/document/face.ts";
import { openFonts } from "../../src/document/fonts.ts";
import { root } from "../support/run-chatx.ts";

const allOf = function* () {
  for (let codePoint = 0; codePoint < 0x10000; codePoint++) {
    if (codePoint < 0xd800 || codePoint > 0xdfff) yield codePoint;
  }
};

describe("the fonts of the package", () => {
  test("have every character that is set without asking them", async () => {
    const { regular, bold } = await openFonts();
    const simple = [...allOf()].filter((codePoint) => isSimple(String.fromCodePoint(codePoint)));
    expect(simple.length).toBeGreaterThan(1300);
    const lacking = simple.filter((codePoint) => !regular[0]!.has(codePoint) || !bold[0]!.has(codePoint));
    expect(lacking).toEqual([]);
  });

  test("have the letters of Central Europe, Greek and Cyrillic, and emoji", async () => {
    const { regular } = await openFonts();
    for (const character of "ěščřžýáíéůúťďňľĺŕąćęłńóśźżőűăâîșțđþæøåßάήώϊΰЖщЫэюяіїєґћџ€„“»…–—😀👍") {
      expect(regular.some((face) => face.has(character.codePointAt(0)!))).toBe(true);
    }
  });

  test("kern: a pair of letters is narrower than the two apart", async () => {
    const [face] = (await openFonts()).regular;
    expect(face!.widthOf("AV")).toBeLessThan(face!.widthOf("A") + face!.widthOf("V"));
    expect(face!.widthOf("Hello")).toBeCloseTo(
      (face!.font.layout("Hello").advanceWidth * 1000) / face!.font.unitsPerEm,
      3,
    );
  });
});

describe("a font that is given", () => {
  test.each([
    ["nothing", new Uint8Array(), /no TrueType or OpenType font/],
    ["text", new TextEncoder().encode("not a font at all"), /no TrueType or OpenType font/],
    ["a font that is cut off", fontBytes().subarray(0, 100_000), /it is damaged/],
  ])("is refused with a reason when it is %s", async (_, bytes, reason) => {
    await expect(openFonts([bytes])).rejects.toThrow(FontProblem);
    await expect(openFonts([bytes])).rejects.toThrow(reason);
  });

  test("comes after those of the package, and before their emoji", async () => {
    const { regular } = await openFonts([fontBytes()]);
    expect(regular).toHaveLength(3);
    expect(regular[1]!.has(0x41) && !regular[1]!.has(0x1f600) && regular[2]!.has(0x1f600)).toBe(true);
  });
});

function fontBytes(): Buffer {
  return readFileSync(join(root, "dist/fonts/NotoSans-Regular.ttf"));
}
