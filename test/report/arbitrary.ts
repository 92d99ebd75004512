import fc from "fast-check";
import { diagnosticCodes } from "../../src/diagnostics/catalogue.ts";
import type { Finding } from "../../src/diagnostics/finding.ts";
import { anyCharacter } from "../support/any-character.ts";
import { hostile } from "./findings.ts";

/** Any string: all of Unicode, lone surrogates, and pieces that mean something in one of the outputs. */
export const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: anyCharacter, maxLength: 8 }),
      fc.constantFrom(
        ...hostile.split(" "),
        "\ud800",
        "\udfff",
        "\ufffe",
        "\n",
        "\t",
        "]]>",
        "::",
        "...",
        "---",
      ),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(""));

const count = fc.integer({ min: 1, max: 300 });

export const anyFinding: fc.Arbitrary<Finding> = fc
  .record({
    code: fc.constantFrom(...diagnosticCodes),
    severity: fc.constantFrom("error", "warning", "info"),
    message: anyText,
    hint: fc.option(anyText, { nil: undefined }),
    source: anyText,
    record: fc.integer({ min: 0, max: 3 }),
    pointer: anyText,
    container: fc.option(anyText, { nil: undefined }),
    offset: fc.nat(),
    line: fc.integer({ min: 0, max: 300 }),
    column: count,
    moreLines: fc.integer({ min: 0, max: 1 }),
    moreColumns: fc.integer({ min: 0, max: 9 }),
    format: fc.option(anyText, { nil: undefined }),
    value: anyText,
    excerpt: fc.option(fc.record({ text: anyText, column: count }), { nil: undefined }),
  })
  .map(({ hint, container, format, excerpt, moreLines, moreColumns, value, ...rest }) => ({
    ...rest,
    endLine: rest.line + moreLines,
    endColumn: rest.column + moreColumns,
    args: { value },
    ...(hint === undefined ? {} : { hint }),
    ...(container === undefined ? {} : { container }),
    ...(format === undefined ? {} : { format }),
    ...(excerpt === undefined ? {} : { excerpt }),
  }));

/** Control characters (C0 but line feed, DEL, C1), bidi controls, invisible ones and lone surrogates. */
export const unsafeOnTerminal =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
