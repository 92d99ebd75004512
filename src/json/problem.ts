/** Deepest nesting that is read: JSON.stringify and structuredClone fail somewhere above 1,000. */
export const MAX_DEPTH = 500;

/** Why a text is not acceptable JSON. `offset` and `end` are UTF-16 indexes into the text. */
export interface JsonProblem {
  readonly code:
    | "json/syntax"
    | "json/trailing-comma"
    | "json/unexpected-end"
    | "json/bad-escape"
    | "json/control-character"
    | "json/lone-surrogate"
    | "json/too-deep";
  readonly offset: number;
  readonly end: number;
  /** JSON Pointer of the innermost value that the fault stands in, as far as the text is sound. */
  readonly pointer: string;
  /** What the grammar allows here, in words; empty where the code says it all. */
  readonly expected: string;
  /** What stands here, clipped; empty at the end of the text. */
  readonly found: string;
}

/** A key that its object had already; the later value stands. */
export interface DuplicateKey {
  readonly key: string;
  readonly pointer: string;
  /** UTF-16 indexes of the later key, quotes included. */
  readonly offset: number;
  readonly end: number;
}

/** Thrown where the text ends to make sense. */
export class Stop extends Error {
  readonly problem: JsonProblem;

  constructor(problem: JsonProblem) {
    super(problem.code);
    this.problem = problem;
  }
}
