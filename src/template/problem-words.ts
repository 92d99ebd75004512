import { type JsonProblem, MAX_DEPTH } from "../json/parse.ts";

/** Why a text is no JSON that chatx reads, in one clause; "it" is the text. */
export function problemWords({ code, expected, found }: JsonProblem): string {
  switch (code) {
    case "json/syntax":
      return `expected ${expected}, found ${JSON.stringify(found)}`;
    case "json/unexpected-end":
      return `it ends before ${expected}`;
    case "json/trailing-comma":
      return `a comma stands right before "${found}"`;
    case "json/bad-escape":
      return "a backslash starts no escape that JSON knows";
    case "json/control-character":
      return `${found} cannot stand raw inside a string`;
    case "json/lone-surrogate":
      return "an escape is half of a surrogate pair";
    case "json/too-deep":
      return `it is nested deeper than ${MAX_DEPTH} levels`;
  }
}
