import type { Json } from "../json/value.ts";
import type { Path } from "./parse.ts";
import type { Provider } from "./types.ts";

/** Values of the kind that a run will have, for names that are numbers or look special. */
const SAMPLES: ReadonlyMap<string, Json> = new Map<string, Json>([
  ["idempotencyKey", "00000000000000000000000000000000"],
  ["uuid", "00000000-0000-4000-8000-000000000000"],
  ["tokenResponse.status", 200],
  ["report.bytes", 0],
  ["report.encoded.base64", "JVBERi0="],
  ["xmlTemplate.encoded.base64", "PD94bWw="],
]);

/** Stands for a root whose values only a run can know: a plausible value, else the name itself. */
export function sampleProvider(root: string): Provider {
  return {
    value(steps: Path) {
      const name = [root, ...steps].join(".");
      return SAMPLES.get(name) ?? `sample-${name}`;
    },
  };
}
