/**
 * The template dialect: `$name.path[0].x`, `${…}`, `${name:-default}`, and `$$` for a dollar sign.
 * Nothing else: no code, no loops, no includes. Parsing reads the text once and never calls anything by name.
 */

export type Segment =
  | { readonly kind: "text"; readonly text: string }
  | {
      readonly kind: "variable";
      /** Steps of the name: `$a.b[0]` is `["a", "b", 0]`. */
      readonly path: readonly (string | number)[];
      /** As written, without `$` and braces, for messages. */
      readonly name: string;
      readonly fallback?: string;
      /** UTF-16 index of the `$`. */
      readonly offset: number;
    };

/** A fault in a template, at its own place. Lines and columns count from 1. */
export class TemplateError extends Error {
  readonly line: number;
  readonly column: number;

  constructor(message: string, template: string, offset: number) {
    const before = template.slice(0, offset).split("\n");
    super(`${message} (line ${before.length}, column ${before.at(-1)!.length + 1} of the template)`);
    this.line = before.length;
    this.column = before.at(-1)!.length + 1;
  }
}

const BARE = /\$([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*|\[\d{1,9}\])*)/y;
const BRACED = /\$\{([A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+|\[\d{1,9}\])*)(:-([^}]*))?\}/y;

/** @throws {TemplateError} For a `$` that starts nothing. */
export function parseTemplate(template: string): Segment[] {
  const segments: Segment[] = [];
  let text = "";
  let at = 0;
  const flush = () => {
    if (text !== "") segments.push({ kind: "text", text });
    text = "";
  };
  while (at < template.length) {
    const dollar = template.indexOf("$", at);
    if (dollar < 0) break;
    text += template.slice(at, dollar);
    if (template[dollar + 1] === "$") {
      text += "$";
      at = dollar + 2;
      continue;
    }
    flush();
    const { segment, end } = variableAt(template, dollar);
    segments.push(segment);
    at = end;
  }
  text += template.slice(at);
  flush();
  return segments;
}

function variableAt(template: string, offset: number): { segment: Segment; end: number } {
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
  const fallback = match[3];
  const segment: Segment = {
    kind: "variable",
    path: stepsOfName(name),
    name,
    offset,
    ...(match[2] === undefined ? {} : { fallback: fallback ?? "" }),
  };
  return { segment, end: pattern.lastIndex };
}

function stepsOfName(name: string): (string | number)[] {
  return [...name.matchAll(/[^.[\]]+|\[(\d+)\]/g)].map((match) =>
    match[1] === undefined ? match[0] : Number(match[1]),
  );
}
