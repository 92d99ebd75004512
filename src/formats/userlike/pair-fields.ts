import type { Known } from "../types.ts";
import { described, text, z } from "../wire.ts";
import { known } from "./known.ts";

/**
 * The two members that name a callback, for the types of one generation of the add-on.
 *
 * @param pairs  The events of each type.
 * @param how  How the types and events are known.
 */
export function pairFields(pairs: ReadonlyMap<string, Iterable<string>>, how: Known) {
  return (type: string) => ({
    _type: known(z.literal(type), how, "Callback type", "Tells the formats apart."),
    _event: described(
      known(text(), how, "Event", "What happened; an unknown event is read as its type allows."),
      { examples: [...pairs.get(type)!] },
    ),
  });
}
