import { hasRightToLeft, isControl, isInvisible, isOtherSpace, isSimple, nameOf } from "./characters.ts";
import { clustersOf } from "./clusters.ts";
import { levelStretches, mirrored } from "./direction.ts";
import type { Face } from "./face.ts";

/** A stretch of one line that is drawn alike. Widths are in thousandths of the font size. */
export type Run = (
  | { readonly kind: "text"; readonly face: number; readonly text: string; readonly width: number }
  /** A character that cannot be drawn as itself: a box with its name. `copied` is the text that stands for it. */
  | { readonly kind: "box"; readonly copied: string; readonly name: string; readonly width: number }
) & {
  /** As in `direction.ts`; absent where a line has text of one direction only. */
  readonly level?: number;
};

/** The name in a box is set in half the size. */
export const BOX_TEXT_SCALE = 0.5;
/** Space around the name, on either side; in thousandths of the font size. */
export const BOX_PADDING = 120;
const SPACE = 0x20;
/** UTF-16 units; families and flags of emoji have up to 28. What is beyond is shown as boxes. */
const LONGEST_CLUSTER = 40;
/** So often a character is copied; if it comes more often, its number is. */
const MOST_COPIED = 100;

/** The runs of a text, in the text's own order. `faces` are tried in turn for each cluster of characters. */
export function runsOf(text: string, faces: readonly Face[]): Run[] {
  if (isSimple(text)) return text === "" ? [] : [textRun(0, text, faces)];
  const runs: Run[] = [];
  let pending = "";
  let face = 0;
  const flush = () => {
    if (pending !== "") runs.push(textRun(face, pending, faces));
    pending = "";
  };
  const add = (index: number, part: string) => {
    if (index !== face) flush();
    face = index;
    pending += part;
  };
  for (const whole of clustersOf(text)) {
    const cluster = whole.length > LONGEST_CLUSTER ? headOf(whole) : whole;
    const index = faceFor(cluster, faces);
    if (index >= 0) add(index, cluster);
    const rest = index < 0 ? whole : whole.slice(cluster.length);
    for (const character of rest) {
      const codePoint = character.codePointAt(0)!;
      const isHeaped = index >= 0;
      const own = isHeaped || isControl(codePoint) ? -1 : faces.findIndex((one) => one.has(codePoint));
      if (own >= 0) add(own, character);
      else if (isOtherSpace(codePoint)) add(0, codePoint === 0x3000 ? "  " : " ");
      else if (!isInvisible(codePoint)) {
        flush();
        runs.push(boxRun(character, faces));
      }
    }
  }
  flush();
  return runs;
}

/** The same for a text of both directions, with the level of each of its UTF-16 units. */
export function directedRuns(text: string, levels: Uint8Array, faces: readonly Face[]): Run[] {
  return [...levelStretches(text, levels)].flatMap(({ text: stretch, level }) => {
    const isTurned = level % 2 === 1;
    return partsOf(stretch, isTurned)
      .flatMap((part) => runsOf(isTurned ? mirrored(part) : part, faces))
      .map((run) => ({ ...run, level }));
  });
}

function partsOf(stretch: string, isTurned: boolean): string[] {
  if (isTurned) return turnedParts(stretch);
  // Arabic digits run from left to right, and a font would turn them with their script.
  return hasRightToLeft(stretch) ? [...clustersOf(stretch)] : [stretch];
}

/**
 * Fonts turn the letters of a right-to-left script themselves, word by word; signs between them do not know where they
 * belong, so each is a part of its own.
 */
function turnedParts(stretch: string): string[] {
  const parts: string[] = [];
  let isWord = false;
  for (const cluster of clustersOf(stretch)) {
    const isLetter = hasRightToLeft(cluster);
    if (isLetter && isWord) parts.push(parts.pop() + cluster);
    else parts.push(cluster);
    isWord = isLetter;
  }
  return parts;
}

/** The start of a cluster that has more marks on one letter than anybody can read. */
function headOf(cluster: string): string {
  const isInPair = /[\ud800-\udbff]/.test(cluster.charAt(LONGEST_CLUSTER - 1));
  return cluster.slice(0, isInPair ? LONGEST_CLUSTER - 1 : LONGEST_CLUSTER);
}

/** Index of the first face that has everything of a cluster that is to be seen; -1 for none. */
function faceFor(cluster: string, faces: readonly Face[]): number {
  const needed = [...cluster]
    .map((character) => character.codePointAt(0)!)
    .filter((codePoint) => !isInvisible(codePoint));
  if (needed.length === 0 || needed.some(isControl)) return -1;
  return faces.findIndex((face) => needed.every((codePoint) => face.has(codePoint)));
}

function textRun(face: number, text: string, faces: readonly Face[]): Run {
  return { kind: "text", face, text, width: faces[face]!.widthOf(text) };
}

/** @param count  How often the character comes, if more than once. */
export function boxRun(character: string, faces: readonly Face[], count = 1): Run {
  const codePoint = character.codePointAt(0)!;
  const times = count === 1 ? "" : ` × ${count}`;
  const name = nameOf(codePoint).slice(2) + times;
  const width = faces[0]!.widthOf(name) * BOX_TEXT_SCALE + 2 * BOX_PADDING;
  const shown = isControl(codePoint) ? nameOf(codePoint) : character;
  const copied = count <= MOST_COPIED && !isControl(codePoint) ? shown.repeat(count) : shown + times;
  return { kind: "box", copied, name, width };
}

/** The characters of a text that no face has, as they come; controls are shown on purpose and not among them. */
export function* missingIn(text: string, faces: readonly Face[]): Generator<string> {
  if (isSimple(text)) return;
  for (const character of text) {
    const codePoint = character.codePointAt(0)!;
    if (codePoint <= SPACE || isControl(codePoint) || isInvisible(codePoint) || isOtherSpace(codePoint))
      continue;
    if (codePoint === 0x2028 || codePoint === 0x2029) continue;
    if (!faces.some((face) => face.has(codePoint))) yield character;
  }
}
