/** Smartsupp payloads with invented people, small enough to be written by the thousand. */

export interface HookFacts {
  readonly id?: number;
  readonly text?: string;
  readonly sentAt?: number;
  /** More members of the payload's top level. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** 2024-05-01T10:00:00Z */
export const BEGIN = 1_714_557_600_000;

export function hook({ id = 1, text = "Hello", sentAt = BEGIN, more = {} }: HookFacts = {}) {
  const author = { name: "Ada Example", from: "visitor:v1", triggeredBy: null };
  return {
    accountId: 4711,
    beginAt: sentAt,
    endAt: sentAt + 60_000,
    channel: {
      id,
      isChat: true,
      isMissed: false,
      isTriggered: false,
      isOffline: false,
      isCompleted: true,
      isDropped: false,
      duration: 60,
      avgResponse: 20,
      firstResponse: 20,
      messagesCount: 2,
      wordsCount: 4,
      rating: null,
      ratingDesc: null,
    },
    visitor: {
      id: 7,
      name: "Ada Example",
      email: "ada@example.com",
      note: null,
      group: null,
      ipAddress: "192.0.2.1",
      variables: {},
    },
    paths: [{ url: "https://shop.example.com/", title: "Shop" }],
    messages: [
      { type: "visitor", content: text, sentAt, ...author },
      {
        type: "agent",
        content: "Good morning",
        sentAt: sentAt + 20_000,
        name: "Tom Becker",
        from: "agent:12",
        triggeredBy: null,
      },
    ],
    ...more,
  };
}

/** The payload as one line of text. */
export function hookText(facts?: HookFacts): string {
  return JSON.stringify(hook(facts));
}

/** JSON Lines of payloads with ids from 1. */
export function hookLines(count: number, facts: (index: number) => HookFacts = () => ({})): string {
  return Array.from({ length: count }, (_, k) => `${hookText({ id: k + 1, ...facts(k) })}\n`).join("");
}

/** A payload whose first message holds raw bytes in the place of its text. */
export function hookWithBytes(text: Uint8Array, id = 1): Buffer {
  const [before, after] = hookText({ id, text: "@@" }).split("@@");
  return Buffer.concat([Buffer.from(before!), text, Buffer.from(after!)]);
}

/** The conversations of a Ferndesk document. */
export function conversationsOf(stdout: string): {
  id: string;
  url?: string;
  lastMessageAt: string;
  messages: { id: string; role: string; content: string; createdAt: string }[];
}[] {
  return JSON.parse(stdout).conversations;
}
