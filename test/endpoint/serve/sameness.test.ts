import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { timeZone } from "../../../src/model/time.ts";
import { fixturePaths } from "../../support/fixtures.ts";
import { converted, folder, openSupport, type SETTINGS, served, servedLines } from "./support.ts";

const FORMATS = ["smartsupp", "smartsupp-event", "userlike", "userlike-legacy", "ferndesk"];
const valid = FORMATS.flatMap((format) => fixturePaths(`${format}/valid`));
const all = FORMATS.flatMap((format) => [
  ...fixturePaths(`${format}/valid`),
  ...fixturePaths(`${format}/invalid`),
]);

function inEveryShape(paths: readonly string[]): string[] {
  const dir = folder();
  const write = (name: string, content: string | Uint8Array) => {
    const path = join(dir, name);
    writeFileSync(path, content);
    return path;
  };
  const texts = paths.map((path) => readFileSync(path, "utf8"));
  const captures = texts.map((body, k) => ({
    method: "POST",
    url: `/hook/${k}`,
    headers: [["content-type", "application/json"]],
    receivedAt: "2026-01-02T03:04:05Z",
    body,
  }));
  const entries = texts.map((text) => ({
    startedDateTime: "2026-01-02T03:04:05Z",
    request: { method: "POST", url: "https://x.example/", headers: [], postData: { text } },
  }));
  const lines = captures.map((capture) => `${JSON.stringify(capture)}\n`).join("");
  return [
    write("captures.jsonl", lines),
    write("captures.jsonl.gz", gzipSync(lines)),
    write("captures.har", JSON.stringify({ log: { version: "1.2", entries } })),
    write("array.json.gz", gzipSync(`[${texts.join(",\n")}]`)),
    write("list.json", `[${texts.join(",\n")}]`),
  ];
}

const settings = [
  {},
  { agentRole: "support_agent" as const, systemMessages: "agent" as const },
  { zone: timeZone("Europe/Berlin"), zoneIsGiven: true },
  { fold: true },
  {
    urlFor: ({ id, visitor }: { id: string; visitor?: { email?: string } }) =>
      `https://crm.example/${id}/${visitor?.email}`,
  },
];

describe("the endpoint gives what chatx convert writes", () => {
  test.each(settings)("for all fixtures, valid and not: %o", async (some) => {
    const { url, errors } = await openSupport(all, { settings: some as Partial<typeof SETTINGS> });
    const lines = await servedLines(url);
    expect(lines.length).toBeGreaterThan(25);
    expect(lines.toSorted()).toEqual((await converted(all, some as Partial<typeof SETTINGS>)).toSorted());
    expect(errors).toEqual([]);
  });

  test.each(["captures.jsonl", "captures.jsonl.gz", "captures.har", "array.json.gz", "list.json"])(
    "when the payloads stand in %s",
    async (name) => {
      const inputs = inEveryShape(valid).filter((path) => path.endsWith(`/${name}`));
      const { url } = await openSupport(inputs);
      const lines = await servedLines(url);
      expect(lines.length).toBeGreaterThan(25);
      expect(lines.toSorted()).toEqual((await converted(inputs)).toSorted());
    },
  );

  test("for reports, which are read from the PDFs in their bodies", async () => {
    const reports = ["plain-pdf-in-lines", "profile-body"].map((name) => `fixtures/jtel/valid/${name}.json`);
    const dir = folder();
    const captures = reports.map((path) => ({ method: "POST", url: "/", body: readFileSync(path, "utf8") }));
    const captured = join(dir, "captures.jsonl");
    writeFileSync(captured, captures.map((capture) => `${JSON.stringify(capture)}\n`).join(""));
    const inputs = [reports[0]!, captured];
    const { url } = await openSupport(inputs);
    const lines = await servedLines(url);
    expect(lines).toHaveLength(2);
    expect(lines.toSorted()).toEqual((await converted(inputs)).toSorted());
  });

  test("when the same payloads come in several files: nothing twice", async () => {
    const inputs = inEveryShape(valid);
    const { url } = await openSupport(inputs);
    expect((await servedLines(url)).toSorted()).toEqual((await converted(inputs)).toSorted());
  });

  test("for any selection of files in any order", async () => {
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(all, { minLength: 1 }), async (inputs) => {
        const { url, server } = await openSupport(inputs);
        expect((await servedLines(url)).toSorted()).toEqual((await converted(inputs)).toSorted());
        await server.close(0);
      }),
      { numRuns: 8 },
    );
  });

  test("newest first, and the same bytes whatever the order of the input", async () => {
    const one = await openSupport(valid);
    const other = await openSupport(valid.toReversed());
    const times = (await served(one.url)).map(({ lastMessageAt }) => Date.parse(lastMessageAt));
    expect(times).toEqual(times.toSorted((a, b) => b - a));
    const text = (url: string) => fetch(url).then((response) => response.text());
    const lines = async (url: string) => (await text(url)).split("\n");
    // Where two files tell one conversation differently the first stands, so only those may be others.
    const [a, b] = [await lines(one.url), await lines(other.url)];
    expect(a.map((line) => line.slice(0, 30))).toEqual(b.map((line) => line.slice(0, 30)));
  });
});
