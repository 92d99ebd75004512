import { ferndesk } from "./ferndesk/index.ts";
import { jtel } from "./jtel/index.ts";
import { smartsuppEvent } from "./smartsupp/event/index.ts";
import { smartsupp } from "./smartsupp/hook/index.ts";
import type { FormatAdapter } from "./types.ts";
import { userlike } from "./userlike/current/index.ts";
import { userlikeLegacy } from "./userlike/legacy/index.ts";

/** The only list of all formats, in the order in which they are shown. */
export const formats: readonly FormatAdapter[] = [
  ferndesk,
  smartsupp,
  smartsuppEvent,
  userlike,
  userlikeLegacy,
  jtel,
];

export function formatById(id: string): FormatAdapter | undefined {
  return formats.find((format) => format.id === id);
}
