/**
 * How people's chat tools begin a message: `name time text` in one order or another. jtel publishes no picture of its
 * report, so all usual ways are taken, and the one that most lines of a report use is the one that counts in it.
 */

/** A line that may begin a message. */
export interface Opening {
  /** The way it is written; lines of one report share it. */
  readonly shape: string;
  readonly name: string;
  /** As written, without the date. */
  readonly clock: string;
  /** As written; undefined where the line has a time only. */
  readonly date?: string;
  /** What stands behind name and time; "" where the text begins on the next line. */
  readonly text: string;
}

const DATE = String.raw`\d{4}-\d{2}-\d{2}|\d{1,2}\.\s?\d{1,2}\.\s?\d{2,4}|\d{1,2}\/\d{1,2}\/\d{2,4}`;
const CLOCK = String.raw`\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,3})?)?(?![:.]?\d)(?:\s?[AaPp]\.?[Mm]\b\.?)?(?:\s?(?:Z\b|UTC\b|[+-]\d{2}:\d{2}))?(?:\s?Uhr\b)?`;
const TIME = String.raw`(?<open>[[(]?)(?:(?<date>${DATE})(?:,?\s+(?:um\s+|at\s+)?|T))?(?<clock>${CLOCK})[\])]?`;
const WORD = String.raw`[\p{L}\p{M}\p{N}'’._@+)-]*`;
/**
 * At most five words that begin like names, perhaps a role in brackets; or one word in small letters (a user's name). A
 * sentence that happens to hold a time is none of it.
 */
const NAME = String.raw`(?<name>(?:\p{Lu}|\p{Lt}|\p{Lo})${WORD}(?:[ ,&/]+\(?\p{L}${WORD}){0,4}|\p{Ll}${WORD})`;

const SHAPES: readonly (readonly [string, RegExp])[] = [
  ["time name: text", new RegExp(String.raw`^${TIME}\s*[-–—|,]?\s*${NAME}\s*:(?:\s+(?<text>.*))?$`, "u")],
  ["name time: text", new RegExp(String.raw`^${NAME}\s*[,|:–—-]?\s*${TIME}\s*[:|–—-]\s*(?<text>.*)$`, "u")],
  ["name time text", new RegExp(String.raw`^${NAME}\s*[,|:–—-]?\s*${TIME}(?:\s+(?<text>.*))?$`, "u")],
  ["time name", new RegExp(String.raw`^${TIME}\s*[-–—|,]?\s*${NAME}$`, "u")],
];

/** Longer lines are no openings; the patterns would only take time on them. */
const LONGEST = 2000;

/** Every way in which a line can be read as the beginning of a message. */
export function openingsOf(line: string): Opening[] {
  if (line.length > LONGEST || !/\d:\d\d/.test(line.slice(0, 200))) return [];
  return SHAPES.flatMap(([kind, pattern]) => {
    const groups = pattern.exec(line)?.groups;
    if (groups === undefined) return [];
    const { open = "", date, clock = "", name = "", text = "" } = groups;
    const shape = [
      kind,
      open,
      date === undefined ? "time" : `date ${dateShape(date)}`,
      clockShape(clock),
    ].join(" ");
    return [{ shape, name: name.trim(), clock, ...(date === undefined ? {} : { date }), text: text.trim() }];
  });
}

function dateShape(date: string): string {
  return date.includes("-") ? "-" : date.includes(".") ? "." : "/";
}

function clockShape(clock: string): string {
  return /\d:\d{2}:\d{2}/.test(clock) ? "seconds" : "minutes";
}

const DATE_ALONE = new RegExp(String.raw`^(?:\p{L}+,?\s+)?(?<date>${DATE})$`, "u");
const ANY_DATE = new RegExp(String.raw`(?<![\d.\/-])(?:${DATE})(?![\d.\/-])`);

/** The date of a line that is nothing else, perhaps with the day of the week: it holds for the lines below. */
export function dateLine(line: string): string | undefined {
  return DATE_ALONE.exec(line)?.groups?.date;
}

/** A date anywhere in the line. */
export function dateIn(line: string): string | undefined {
  return ANY_DATE.exec(line)?.[0];
}

/** `Page 1 of 3`, `Seite 2`, `1 / 3`. */
export function isPageNumber(line: string): boolean {
  return /^(?:page|seite|strana|страница|p\.)?\s*\d{1,4}(?:\s*(?:of|von|z|ze|из|\/)\s*\d{1,4})?$/iu.test(
    line,
  );
}
