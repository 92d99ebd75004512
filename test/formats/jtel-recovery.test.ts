import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { collectDiagnostics } from "../../src/diagnostics/diagnostic.ts";
import { jtel } from "../../src/formats/jtel/index.ts";
import type { EnclosedFile } from "../../src/input/types.ts";
import { timeZone } from "../../src/model/time.ts";

/** What a body gives whose PDF has these lines of text; one page, or a list of pages. */
function recovered(text: string | readonly string[], more: { zone?: string; receivedAt?: string } = {}) {
  const { report, diagnostics } = collectDiagnostics();
  const pages = typeof text === "string" ? [text] : text;
  const lines = pages.flatMap((page, index) =>
    page.split("\n").map((line) => ({ page: index + 1, text: line })),
  );
  const enclosed: EnclosedFile[] = [{ pointer: "/pdf", lines }];
  const { zone, receivedAt } = more;
  const result = jtel.read(
    {},
    {
      report,
      zone: timeZone(zone ?? "UTC"),
      zoneIsGiven: zone !== undefined,
      ...(receivedAt === undefined ? {} : { receivedAt }),
      enclosed,
    },
  );
  const messages =
    result.kind === "conversation"
      ? result.conversation.messages.map(({ sender, text: said, sentAt, author }) => [
          sender,
          author?.name,
          sentAt,
          said,
        ])
      : result.kind;
  return { messages, codes: diagnostics.map(({ code }) => code), diagnostics, result };
}

const HELLO = [
  ["visitor", "Erika Mustermann", "2024-05-01T10:20:05Z", "Hello, are you there?"],
  ["agent", "Max Weber", "2024-05-01T10:21:00Z", "Yes: how can I help?"],
];

describe("messages are read off the text of a PDF", () => {
  test.each<[string, string]>([
    [
      "name, time, text on a line",
      "Erika Mustermann 2024-05-01 10:20:05 Hello, are you there?\nMax Weber 2024-05-01 10:21:00 Yes: how can I help?",
    ],
    [
      "name (time): text",
      "Erika Mustermann (2024-05-01 10:20:05): Hello, are you there?\nMax Weber (2024-05-01 10:21:00): Yes: how can I help?",
    ],
    [
      "time first, in brackets",
      "[01.05.2024 10:20:05] Erika Mustermann: Hello, are you there?\n[01.05.2024 10:21:00] Max Weber: Yes: how can I help?",
    ],
    [
      "German order, the day above",
      "Mittwoch, 01.05.2024\n10:20:05 Erika Mustermann: Hello, are you there?\n10:21:00 Max Weber: Yes: how can I help?",
    ],
    [
      "text on the next line",
      "Erika Mustermann, 5/1/2024, 10:20:05 AM\nHello, are you there?\nMax Weber, 5/1/2024, 10:21:00 AM\nYes: how can I help?",
    ],
    [
      "time and name on a line of their own",
      "2024-05-01 10:20:05 - Erika Mustermann\nHello, are you there?\n2024-05-01 10:21:00 - Max Weber\nYes: how can I help?",
    ],
    [
      "ISO with a zone",
      "Erika Mustermann 2024-05-01T12:20:05+02:00 Hello, are you there?\nMax Weber 2024-05-01T10:21:00Z Yes: how can I help?",
    ],
  ])("%s", (_, text) => {
    expect(recovered(text).messages).toEqual(HELLO);
  });

  test("lines without name and time belong to the message before, and are counted", () => {
    const { messages, diagnostics } = recovered(
      "Chat 4711\nErika 2024-05-01 10:20 My parcel\ndid not arrive.\nSee you at 10:30 tomorrow\nMax 2024-05-01 10:21 Oh",
    );
    expect(messages).toEqual([
      ["visitor", "Erika", "2024-05-01T10:20:00Z", "My parcel\ndid not arrive.\nSee you at 10:30 tomorrow"],
      ["agent", "Max", "2024-05-01T10:21:00Z", "Oh"],
    ]);
    expect(diagnostics).toMatchObject([
      { code: "decode/report-text", pointer: "/pdf", args: { messages: 2, lines: 5 } },
      { code: "decode/sender-guessed", args: { name: "Erika", taken: "visitor" } },
      { code: "decode/sender-guessed", args: { name: "Max", taken: "agent" } },
      { code: "decode/lines-joined", args: { count: 2, example: "did not arrive." } },
      { code: "decode/lines-left-out", args: { count: 1, example: "Chat 4711" } },
      { code: "decode/zone-assumed" },
    ]);
  });

  test("page numbers, heads and feet of pages are no messages", () => {
    const page = (inner: string, number: number) => `Acme Chat\n${inner}\nPage ${number} of 2\nConfidential`;
    const { messages } = recovered([
      page("Erika 2024-05-01 10:20 one", 1),
      page("Max 2024-05-01 10:21 two\nand more", 2),
    ]);
    expect(messages).toEqual([
      ["visitor", "Erika", "2024-05-01T10:20:00Z", "one"],
      ["agent", "Max", "2024-05-01T10:21:00Z", "two\nand more"],
    ]);
  });

  test.each<[string, string, string[]]>([
    [
      "a line above says who is who",
      "Agent: Anna Novák\nVisitor: Bob\nAnna Novák 2024-05-01 10:20 Hi\nBob 2024-05-01 10:21 Hi",
      ["agent", "visitor"],
    ],
    [
      "the name says it",
      "Support 2024-05-01 10:20 Hi\nBesucher 2024-05-01 10:21 Hi\nSystem 2024-05-01 10:22 left",
      ["agent", "visitor", "system"],
    ],
    [
      "a role in brackets",
      "Max (Agent) 2024-05-01 10:20 Hi\nErika (Visitor) 2024-05-01 10:21 Hi",
      ["agent", "visitor"],
    ],
    [
      "Czech and Russian words",
      "Operátor 2024-05-01 10:20 Hi\nПосетитель 2024-05-01 10:21 Hi",
      ["agent", "visitor"],
    ],
    [
      "who begins is the visitor",
      "Erika 2024-05-01 10:20 Hi\nMax 2024-05-01 10:21 Hi\nEva 2024-05-01 10:22 Hi",
      ["visitor", "agent", "agent"],
    ],
  ])("%s", (_, text, senders) => {
    const { messages } = recovered(text);
    expect((messages as unknown[][]).map(([sender]) => sender)).toEqual(senders);
  });
});

describe("times are told as far as they can be", () => {
  test("past midnight the day is the next", () => {
    const { messages, codes } = recovered("2024-12-31\n23:59 Erika: late\n00:01 Max: early");
    expect((messages as unknown[][]).map(([, , time]) => time)).toEqual([
      "2024-12-31T23:59:00Z",
      "2025-01-01T00:01:00Z",
    ]);
    expect(codes).toContain("decode/time-guessed");
  });

  test.each([
    ["13/05/2024", "2024-05-13T08:05:00Z", false],
    ["05/13/2024", "2024-05-13T08:05:00Z", false],
    ["05/06/2024", "2024-06-05T08:05:00Z", true],
  ])("%s is %s", (date, wanted, isGuess) => {
    const { messages, codes } = recovered(`Erika ${date} 08:05 Hi`);
    expect((messages as unknown[][])[0]![2]).toBe(wanted);
    expect(codes.includes("decode/time-guessed")).toBe(isGuess);
  });

  test("a zone that is named is used, and nothing is said of it", () => {
    const { messages, codes } = recovered("Erika 2024-07-01 10:20 Hi", { zone: "Europe/Berlin" });
    expect((messages as unknown[][])[0]![2]).toBe("2024-07-01T08:20:00Z");
    expect(codes).not.toContain("decode/zone-assumed");
  });

  test("without any date the day of arrival stands in", () => {
    const { messages, codes } = recovered("Erika 10:20 Hi", { receivedAt: "2024-07-02T09:00:00Z" });
    expect((messages as unknown[][])[0]![2]).toBe("2024-07-02T10:20:00Z");
    expect(codes).toContain("decode/time-guessed");
    expect(recovered("Erika 10:20 Hi")).toMatchObject({ messages: "rejected" });
    expect(recovered("Erika 10:20 Hi").codes.at(-1)).toBe("decode/date-unknown");
  });

  test.each(["Erika 2024-02-30 10:20 Hi", "Erika 2024-05-01 25:20 Hi", "Erika 31.04.2024 10:20 Hi"])(
    "%s is no time",
    (text) => {
      expect(recovered(text)).toMatchObject({ messages: "rejected" });
      expect(recovered(text).codes.at(-1)).toBe("decode/time-invalid");
    },
  );
});

describe("a report without a transcript", () => {
  test.each(["Just prose about a meeting at 10:20 in the shop.", "Invoice 4711\nTotal 10,20 EUR", "10:20"])(
    "is an error: %s",
    (text) => {
      expect(recovered(text)).toMatchObject({ messages: "rejected", codes: ["decode/no-transcript"] });
    },
  );

  test("says why a PDF could not be read, and falls back from a broken attachment to the text", () => {
    const { report, diagnostics } = collectDiagnostics();
    const context = { report, zone: timeZone("UTC"), zoneIsGiven: true };
    expect(jtel.read({}, { ...context, enclosed: [{ pointer: "/a", problem: "it is damaged" }] }).kind).toBe(
      "rejected",
    );
    const lines = [{ page: 1, text: "Erika 2024-05-01 10:20 Hi" }];
    expect(jtel.read({}, { ...context, enclosed: [{ pointer: "/b", attachment: "{}", lines }] }).kind).toBe(
      "conversation",
    );
    expect(jtel.read({}, { ...context, enclosed: [] }).kind).toBe("rejected");
    expect(diagnostics.map(({ code, pointer }) => [code, pointer]).slice(0, 3)).toEqual([
      ["decode/report-unreadable", "/a"],
      ["decode/report-attachment", "/b"],
      ["decode/report-text", "/b"],
    ]);
    expect(jtel.read({}, context)).toMatchObject({ kind: "skipped" });
  });
});

describe("whatever lines a PDF has", () => {
  const piece = fc.constantFrom(
    "Erika",
    "10:20",
    "2024-05-01",
    "5/1/24",
    "31.12.2024",
    ":",
    "[",
    "]",
    " ",
    "PM",
    "\n",
    "x".repeat(70),
    "(Agent)",
    "Ω",
  );
  test("reading them never throws, is the same each time, and keeps every line or says that it does not", () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join("");
        const first = recovered(text);
        expect(recovered(text).messages).toEqual(first.messages);
        if (first.result.kind !== "conversation") return;
        const said = first.result.conversation.messages
          .map((message) => message.text)
          .join("\n")
          .split("\n").length;
        expect(said).toBeLessThanOrEqual(text.split("\n").length);
      }),
      { numRuns: 400 },
    );
  });

  test("takes time in proportion to their length", () => {
    const hostile = [
      `${"A".repeat(1900)} 10:20`,
      `${"A ".repeat(900)}10:20`,
      `${"10:20 ".repeat(300)}`,
      `10:20 ${"a,".repeat(900)}`,
    ];
    const before = process.cpuUsage();
    recovered(Array.from({ length: 400 }, (_, index) => hostile[index % hostile.length]!).join("\n"));
    expect(process.cpuUsage(before).user).toBeLessThan(5_000_000);
  });
});
