import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../support/run-chatx.ts";

/** How a payload is laid out. `margin` is what stands before each line but the first. */
export interface Layout {
  readonly isPretty: boolean;
  readonly newline: "\n" | "\r\n";
  readonly margin: string;
}

export const compact: Layout = { isPretty: false, newline: "\n", margin: "" };
export const pretty: Layout = { isPretty: true, newline: "\n", margin: "" };

/** Value of a fixture, by its path below `fixtures`; `#n` behind it takes the nth conversation of a Ferndesk document. */
function fixture(name: string): unknown {
  const [path, index] = name.split("#") as [string, string | undefined];
  const value = JSON.parse(readFileSync(join(root, "fixtures", path), "utf8"));
  return index === undefined ? value : value.conversations[Number(index)];
}

const values = new Map<string, unknown>();

/** The text of a fixture in a layout. */
export function payload(name: string, layout: Layout): string {
  if (!values.has(name)) values.set(name, fixture(name));
  const value = values.get(name);
  if (!layout.isPretty) return JSON.stringify(value);
  return JSON.stringify(value, null, 2).replaceAll("\n", layout.newline + layout.margin);
}

/** Sound payloads without any finding, each of another conversation; what the faults are planted among. */
export const soundPayloads = [
  "smartsupp/valid/non-ascii-and-emoji.json",
  "userlike/valid/emoji.json",
  "ferndesk/valid/no-url.json#0",
  "userlike-legacy/valid/offline-message_receive.json",
  "smartsupp-event/valid/01-opened.json",
] as const;

/** The same of Ferndesk alone, whose document holds nothing else. */
export const soundConversations = [
  "ferndesk/valid/any-text.json#0",
  "ferndesk/valid/no-url.json#0",
  "ferndesk/valid/zones-and-fractions.json#0",
  "ferndesk/valid/two-conversations.json#1",
] as const;
