import { LONE_SURROGATE } from "./characters.ts";

/**
 * The template dialect: `$name.path[0].x`, `${…}`, `${name:-default}`, and `$$` for a dollar sign.
 * Nothing else: no code, no loops, no includes. Parsing reads the text once and never calls anything by name.
 */

/** Steps of a name: `$a.b[0]` is `["a", "b", 0]`. */
export type Path = readonly (string | number)[];

/** Literal text. One that holds `$$` is several of these, so that each lies unbroken in the template. */
interface TextSegment {
  readonly kind: "text";
  readonly text: string;
  /** UTF-16 index of its first unit in the template. */
  readonly offset: number;
}

export interface VariableSegment {
  readonly kind: "variable";
  readonly path: Path;
  /** As written, without `$` and braces, for messages. */
  readonly name: string;
  readonly fallback?: string;
  /** UTF-16 indexes of the `$` and of what follows the variable. */
  readonly offset: number;
  readonly end: number;
  readonly isBraced: boolean;
}

export type Segment = TextSegment | VariableSegment;

/** A fault in a template, at its own place. Lines and columns count from 1, columns in UTF-16 units. */
export class TemplateError extends Error {
  /** What is wrong, without the place. */
  readonly problem: string;
  readonly line: number;
  readonly column: number;
  /** The text that is at fault, and a UTF-16 index in it. */
  readonly template: string;
  readonly offset: number;

  /** @param what  What the template is: "the template", "the body", "header X-Chat", a file's name. */
  constructor(problem: string, template: string, offset: number, what = "the template") {
    const before = template.slice(0, offset).split("\n");
    const line = before.length;
    const column = before.at(-1)!.length + 1;
    super(`${problem} (line ${line}, column ${column} of ${what})`);
    this.problem = problem;
    this.line = line;
    this.column = column;
    this.template = template;
    this.offset = offset;
  }

  /** The same fault with another word for what the template is, and more to say about it. */
  in(what: string, more = ""): TemplateError {
    return new TemplateError(this.problem + more, this.template, this.offset, what);
  }
}

const BARE = /\$([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*|\[\d{1,9}\])*)/y;
const BRACED = /\$\{([A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+|\[\d{1,9}\])*)(:-([^}]*))?\}/y;
/** @throws {TemplateError} For a `$` that starts nothing, and for half of a surrogate pair. */
export function parseTemplate(template: string): Segment[] {
  const lone = template.search(LONE_SURROGATE);
  if (lone >= 0) throw new TemplateError("half of a surrogate pair is no text", template, lone);
  const segments: Segment[] = [];
  let at = 0;
  const text = (until: number) => {
    if (until > at) segments.push({ kind: "text", text: template.slice(at, until), offset: at });
  };
  for (let dollar = template.indexOf("$"); dollar >= 0; dollar = template.indexOf("$", at)) {
    if (template[dollar + 1] === "$") {
      text(dollar + 1);
      at = dollar + 2;
      continue;
    }
    text(dollar);
    const variable = variableAt(template, dollar);
    segments.push(variable);
    at = variable.end;
  }
  text(template.length);
  return segments;
}

function variableAt(template: string, offset: number): VariableSegment {
  const isBraced = template[offset + 1] === "{";
  const pattern = isBraced ? BRACED : BARE;
  pattern.lastIndex = offset;
  const match = pattern.exec(template);
  if (match === null) {
    const problem = isBraced
      ? 'expected "${name}" or "${name:-default}"'
      : 'expected a name after "$"; "$$" is a dollar sign';
    throw new TemplateError(problem, template, offset);
  }
  const name = match[1]!;
  const end = pattern.lastIndex;
  const base = { kind: "variable", path: stepsOfName(name), name, offset, end, isBraced } as const;
  if (match[2] === undefined) return base;
  const fallback = match[3] ?? "";
  return { ...base, fallback: plainFallback(fallback, template, end - 1 - fallback.length) };
}

/** A default is text: a variable in it would be a second pass over values. */
function plainFallback(fallback: string, template: string, offset: number): string {
  for (let at = fallback.indexOf("$"); at >= 0; at = fallback.indexOf("$", at + 2)) {
    if (fallback[at + 1] === "$") continue;
    throw new TemplateError('a default is plain text; "$$" is a dollar sign in it', template, offset + at);
  }
  return fallback.replaceAll("$$", () => "$");
}

function stepsOfName(name: string): (string | number)[] {
  return [...name.matchAll(/[^.[\]]+|\[(\d+)\]/g)].map((match) =>
    match[1] === undefined ? match[0] : Number(match[1]),
  );
}
