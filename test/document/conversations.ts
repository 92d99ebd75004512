import type { Conversation, Message } from "../../src/model/conversation.ts";
import { instantFromMs } from "../../src/model/time.ts";

/** Invented conversations for the tests of the PDF report. */

const START_MS = Date.UTC(2026, 2, 27, 8);

/** A message a minute, each with what is given of it. */
export function conversationOf(
  messages: readonly (Partial<Message> & { readonly text: string })[],
  facts: Partial<Conversation> = {},
): Conversation {
  return {
    id: "smartsupp-4711-90212",
    origin: { format: "smartsupp", account: "4711", id: "90212" },
    visitor: { name: "Anna Müllerová", email: "anna@example.com" },
    ...facts,
    messages: messages.map((message, index) => ({
      id: `m${index + 1}`,
      sender: "visitor",
      sentAt: instantFromMs(START_MS + index * 60_000)!,
      ...message,
    })),
  };
}

/** What the fonts of the package cover, with accents made in and put on, and what has to be cut at a line's end. */
export const EUROPEAN = conversationOf(
  [
    { text: "visitor.join", sender: "system" },
    { text: "Guten Tag, wann wird meine Bestellung geliefert? Größe 42, Farbe »Übersee-Blau«." },
    { text: "Grüß Gott! Einen Augenblick bitte …", sender: "agent", author: { name: "Jürgen Weiß" } },
    { text: "Příliš žluťoučký kůň úpěl ďábelské ódy.", sender: "agent", author: { name: "Žofie Dvořáková" } },
    { text: "Съешь же ещё этих мягких французских булок, да выпей чаю." },
    { text: "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία." },
    { text: "Zażółć gęślą jaźń. Árvíztűrő tükörfúrógép. Înțelegi? Đặng Thị Ngọc. e\u0301 a\u0323\u0302" },
    { text: `https://www.example.com/${"segment-of-a-path/".repeat(12)}?query=${"x".repeat(200)}` },
    { text: "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft".repeat(3) },
    { text: "Would you like to rate this chat?", sender: "bot", trigger: "Rating prompt" },
    {
      text: "Line one\nLine two\r\n\r\n    indented\n\ttabbed",
      attachments: [
        {
          name: "invoice.pdf",
          mediaType: "application/pdf",
          bytes: 48213,
          url: "https://files.example.com/invoice.pdf",
        },
      ],
    },
  ],
  {
    startedAt: instantFromMs(START_MS)!,
    endedAt: instantFromMs(START_MS + 3_600_000)!,
    agents: [{ name: "Jürgen Weiß" }],
    rating: { score: 5, text: "Sehr gut, <b>děkuji</b> & auf Wiedersehen" },
  },
);
