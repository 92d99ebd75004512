import type { Placed } from "../diagnostics/place.ts";
import { fill, PatternMap, splitPointer } from "../formats/field-table.ts";
import type { FormatAdapter } from "../formats/types.ts";

/** `/messages/3/from` as `messages[].from`. */
export function fieldName(pointer: string): string {
  return splitPointer(pointer)
    .map((part) => (/^(\d+|\*)$/.test(part) ? "[]" : `.${part}`))
    .join("")
    .replace(/^\./, "");
}

/** A finding about a place in the model, at the vendor's own field that it was read from. */
export function toWire(format: FormatAdapter, diagnostic: Placed): Placed {
  const parts = splitPointer(diagnostic.pointer);
  for (const byModel of wireByModel(format)) {
    const match = byModel.match(parts)[0];
    if (match !== undefined) return { ...diagnostic, pointer: fill(match.entry, match.indexes, match.rest) };
  }
  return { ...diagnostic, pointer: "" };
}

const tables = new WeakMap<FormatAdapter, readonly PatternMap<string>[]>();

/** For each rule of reading, in the order of the table: from the place in the model to that on the wire. */
function wireByModel(format: FormatAdapter): readonly PatternMap<string>[] {
  let maps = tables.get(format);
  if (maps === undefined) {
    maps = format.fields
      .filter(({ on }) => on !== "write")
      .map(({ model, wire }) => {
        const byModel = new PatternMap<string>();
        byModel.add(model, wire);
        return byModel;
      });
    tables.set(format, maps);
  }
  return maps;
}
