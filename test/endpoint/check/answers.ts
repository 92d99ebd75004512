/** Documents and answers of support endpoints, made by hand: what reaches the socket is just these bytes. */

interface Talk {
  readonly id?: unknown;
  readonly url?: unknown;
  readonly lastMessageAt?: unknown;
  readonly messages?: unknown;
}

/** A sound message; what is given replaces its members. */
export function message(id: string, more: object = {}): object {
  return { id, role: "user", content: "Where is my parcel?", createdAt: "2026-03-02T09:00:00Z", ...more };
}

/** A sound conversation; what is given replaces its members. */
export function talk(id: string, more: Talk = {}): object {
  return {
    id,
    url: `https://support.example.com/talks/${id}`,
    lastMessageAt: "2026-03-02T09:05:00Z",
    messages: [
      message(`${id}-1`),
      message(`${id}-2`, { role: "agent", content: "On its way.", createdAt: "2026-03-02T09:05:00Z" }),
    ],
    ...more,
  };
}

export function document(...conversations: readonly object[]): string {
  return JSON.stringify({ conversations }, undefined, 2);
}

/** Two conversations, newest first, with nothing to find fault with. */
export const SOUND = document(
  talk("b", { lastMessageAt: "2026-03-02T09:05:00Z" }),
  talk("a", {
    lastMessageAt: "2026-03-01T10:00:00Z",
    messages: [message("a-1", { createdAt: "2026-03-01T10:00:00Z" })],
  }),
);

/** A whole answer of status 200 with the right headers; a header given here replaces the one of that name. */
export function json(
  body: string | Uint8Array,
  headers: Readonly<Record<string, string | undefined>> = {},
): Buffer {
  const bytes = Buffer.from(body);
  const all = { "content-type": "application/json", "content-length": String(bytes.length), ...headers };
  const lines = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}`],
  );
  return Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\n${lines.join("\r\n")}\r\n\r\n`, "latin1"), bytes]);
}

/** An answer of another status. */
export function status(code: number, ...headers: readonly string[]): string {
  return [`HTTP/1.1 ${code} scripted`, ...headers, "content-length: 0", "", ""].join("\r\n");
}
