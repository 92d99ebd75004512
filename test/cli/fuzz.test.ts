import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fixturePaths } from "../support/fixtures.ts";
import { root, runChatx } from "../support/run-chatx.ts";
import { expectOrderly, expectSummaryAddsUp, temporaryFolder } from "./outcome.ts";

const folder = temporaryFolder();
const FORMATS = ["smartsupp", "smartsupp-event", "userlike", "userlike-legacy", "ferndesk"];
const originals = FORMATS.flatMap((format) => fixturePaths(`${format}/valid`)).map((path) =>
  readFileSync(join(root, path)),
);
/** What a mutation puts in: structure, and values that stand for others. */
const TOKENS = [
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  '"',
  "\\",
  "null",
  "true",
  "-1",
  "1e400",
  '""',
  "[]",
  "{}",
  '"\\ud800"',
  "\u0000",
  "\n",
  "\u001e",
  "\ufeff",
  '"__proto__":',
  "9007199254740993",
];

/** A small generator of numbers with a seed (mulberry32): a failure comes again in the next run. */
function generator(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

function mutated(original: Buffer, next: (below: number) => number): Buffer {
  let bytes = Buffer.from(original);
  for (let round = next(4); round >= 0; round--) {
    const at = next(bytes.length + 1);
    const to = Math.min(bytes.length, at + next(40));
    const token = Buffer.from(TOKENS[next(TOKENS.length)]!);
    switch (next(7)) {
      case 0:
        if (at < bytes.length) bytes[at] = next(256);
        break;
      case 1:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(to)]);
        break;
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, at), token, bytes.subarray(at)]);
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, to), bytes.subarray(at)]);
        break;
      case 4:
        bytes = bytes.subarray(0, at);
        break;
      case 5:
        bytes = Buffer.from(
          bytes
            .toString("latin1")
            .replace(/:\s*("[^"]*"|\d+|true|false|null)/, `:${token.toString("latin1")}`),
          "latin1",
        );
        break;
      default: {
        const other = originals[next(originals.length)]!;
        const from = next(other.length);
        bytes = Buffer.concat([
          bytes.subarray(0, at),
          other.subarray(from, from + next(200)),
          bytes.subarray(at),
        ]);
      }
    }
  }
  return bytes;
}

/** Batches of a hundred payloads; CHATX_BATCHES=1000 makes a long run of it. */
const BATCHES = Number(process.env.CHATX_BATCHES ?? 6);

describe("mutated payloads", () => {
  const next = generator(Number(process.env.CHATX_SEED ?? 0x5eed));
  test.each(Array.from({ length: BATCHES }, (_, batch) => batch))(
    "end in documented exits and sums that add up (batch %i)",
    async (batch) => {
      const dir = join(folder, String(batch));
      mkdirSync(dir);
      for (let k = 0; k < 100; k++) {
        writeFileSync(
          join(dir, `${String(k).padStart(3, "0")}.json`),
          mutated(originals[next(originals.length)]!, next),
        );
      }
      const to = ["ferndesk", "smartsupp", "userlike"][batch % 3]!;
      const convert = [
        "convert",
        "--to",
        to,
        "--time-zone",
        "UTC",
        "--url-template",
        "https://example.com/$conversation.id",
      ];
      const options = ["--rejects", `${dir}.rejects`, "--loss-report", `${dir}.loss`, "-o", `${dir}.out`];
      const [validated, converted, folded, explained] = await Promise.all([
        runChatx(["validate", "--reporter", "json", dir]),
        runChatx([...convert, ...options, dir]),
        runChatx([...convert, "--fold", "--strict", "--system-messages", "agent", "-o", "/dev/null", dir]),
        runChatx(["formats", "--explain", join(dir, "000.json")]),
      ]);
      for (const run of [validated, converted, folded, explained]) {
        expectOrderly(run);
        expect([0, 1]).toContain(run.code);
      }
      const sums = expectSummaryAddsUp(converted.stderr);
      expect(expectSummaryAddsUp(folded.stderr).read).toBe(sums.read);
      expect(JSON.parse(validated.stdout).summary.records).toBe(sums.read);
      expect(sums.rejected).toBeGreaterThan(0);
      const rejects = readFileSync(`${dir}.rejects`, "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line));
      expect(rejects).toHaveLength(sums.rejected);
      if (sums.written > 0) {
        const again = await runChatx(["validate", "--format", to, "-q", `${dir}.out`]);
        expect(again, again.stdout).toMatchObject({ code: 0 });
      }
    },
  );
});
