import type { Sender } from "../../../model/conversation.ts";

/** What a name was taken for, and why. */
export interface SenderGuess {
  readonly sender: Sender;
  readonly why: string;
}

const ROLE_WORDS: readonly (readonly [Sender, RegExp])[] = [
  [
    "visitor",
    /(?<!\p{L})(?:visitor|customer|client|guest|user|caller|kunde|kundin|besucher(?:in)?|gast|anrufer(?:in)?|zákazník|návštěvník|клиент|посетитель)(?!\p{L})/iu,
  ],
  ["bot", /(?<!\p{L})(?:bot|chatbot|robot|assistant)(?!\p{L})/iu],
  ["system", /(?<!\p{L})(?:system|server|notice|hinweis)(?!\p{L})/iu],
  [
    "agent",
    /(?<!\p{L})(?:agent(?:in)?|operator(?:in)?|support|mitarbeiter(?:in)?|berater(?:in)?|service|operátor|оператор|агент)(?!\p{L})/iu,
  ],
];

/** A line such as `Visitor: Erika Mustermann`, or `Agent Max, Anna`. */
const LABELLED = /^(?<label>[\p{L} ]{3,30}?)\s*:\s*(?<name>\p{L}.{0,80})$/u;

/**
 * Who each name of a transcript is. A role in the name itself or in a line above the transcript says so; else the one
 * who begins is the visitor, and everybody else answers.
 *
 * @param names  In the order in which they first speak.
 * @param above  The lines before the first message.
 */
export function guessSenders(names: readonly string[], above: readonly string[]): Map<string, SenderGuess> {
  const told = new Map<string, Sender>();
  for (const line of above) {
    const { label, name } = LABELLED.exec(line)?.groups ?? {};
    const role = label === undefined ? undefined : roleIn(label);
    if (role === undefined || name === undefined) continue;
    for (const one of namesIn(name)) told.set(one, role);
  }
  const guesses = new Map<string, SenderGuess>();
  for (const name of names) {
    const own = roleIn(name);
    const above = told.get(name);
    if (own !== undefined) guesses.set(name, { sender: own, why: "the name says so" });
    else if (above !== undefined)
      guesses.set(name, { sender: above, why: "a line above the messages says so" });
  }
  let hasVisitor = [...guesses.values()].some(({ sender }) => sender === "visitor");
  for (const name of names) {
    if (guesses.has(name)) continue;
    const why = hasVisitor ? "another name is the visitor's" : "the visitor begins as a rule";
    guesses.set(name, { sender: hasVisitor ? "agent" : "visitor", why });
    hasVisitor = true;
  }
  return guesses;
}

function roleIn(text: string): Sender | undefined {
  return ROLE_WORDS.find(([, words]) => words.test(text))?.[0];
}

function namesIn(list: string): string[] {
  return list.split(/[,;&]/).map((part) => part.replace(/\(.*\)|<.*>/g, "").trim());
}

/** The name without a role in brackets: `Erika (Visitor)`. */
export function plainName(name: string): string {
  return name.replace(/\s*\([^)]*\)$/, "");
}
