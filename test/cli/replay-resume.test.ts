import { createHash } from "node:crypto";
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { answer, type ReceivedRequest } from "../support/fault-server.ts";
import {
  endpoint,
  endpointWith,
  folder,
  hook,
  hooks,
  keyOf,
  linesFile,
  QUICK,
  replay,
  totals,
} from "./replay-support.ts";

const COUNT = 40;
/** After so many the hooks come again. */
const PERIOD = 16;

/** Hooks of which several are equal, what cannot be sent in between, and a captured body that is no JSON. */
function mixed(): string[] {
  const lines: string[] = [];
  for (let n = 1; n <= COUNT; n++) {
    const document = hook(n % PERIOD, `message ${n % PERIOD}`);
    (document.messages as { sentAt: number }[]).at(-1)!.sentAt = Date.UTC(2026, 10, 1 + (n % PERIOD));
    lines.push(JSON.stringify(document));
    if (n % 9 === 0) lines.push('"no object"', '{"broken":');
    if (n % 13 === 0) lines.push(captured("<xml/>"), captured('"text"'));
  }
  lines.push('"no object"');
  return lines;
}

function captured(body: string): string {
  return JSON.stringify({
    chatxCapture: 1,
    request: { method: "POST", url: "/hook", headers: [["Content-Type", "text/xml"]], body },
  });
}

/** A number from a body, the same whenever it comes. */
function lot(body: Buffer): number {
  return createHash("sha256").update(body).digest().readUInt16BE(0);
}

/** A request by its key and what it carried. */
function told(request: ReceivedRequest): string {
  return `${keyOf(request)} ${createHash("sha256").update(request.body).digest("hex")}`;
}

const SHAPES = {
  "JSON Lines": (into: string) => {
    const path = join(into, "in.jsonl");
    writeFileSync(path, `${mixed().join("\n")}\n`);
    return path;
  },
  "a gzip file": (into: string) => {
    const path = join(into, "in.jsonl.gz");
    writeFileSync(path, gzipSync(`${mixed().join("\n")}\n`));
    return path;
  },
  "an array": (into: string) => {
    const path = join(into, "in.json");
    writeFileSync(
      path,
      `[${mixed()
        .filter((line) => line !== '{"broken":')
        .join(",\n")}]`,
    );
    return path;
  },
};

describe("a resumed run", () => {
  test.each(
    Object.keys(SHAPES).flatMap((shape) =>
      [
        [],
        ["--order", "none"],
        ["--limit", "25"],
        ["--shard", "2/3"],
        ["--since", "2026-11-04", "--until", "2026-11-12"],
        ["--body", '{"id":$payload.channel.id,"all":$payload}'],
        ["--to", "ferndesk"],
      ].map((options) => [shape as keyof typeof SHAPES, options] as const),
    ),
  )(
    "of %s with %j sends what is left, under the names of a run that is not interrupted",
    async (shape, options) => {
      const into = folder();
      const path = SHAPES[shape](into);
      const whole = await endpoint();
      const expected = await replay([path, "--url", whole.url, ...options]);
      const wanted = whole.requests.map(told).sort();

      let isUp = false;
      /** Some are refused for good; some have no answer while it is down. */
      const kindOf = (body: Buffer) => (["refused", "broken", "taken", "taken"] as const)[lot(body) % 4];
      const server = await endpointWith((to, { body }) => {
        const kind = kindOf(body);
        if (kind === "broken" && !isUp) to.reset();
        else to.send(answer(kind === "refused" ? 400 : 200));
      });
      const args = [path, "--url", server.url, ...options, ...QUICK, "--retries", "0"];
      args.push("--journal", join(into, "run.jsonl"));
      const first = totals(await replay(args));
      const settled = server.requests.filter(({ body }) => kindOf(body) !== "broken").map(told);
      const before = server.requests.length;
      isUp = true;
      const second = await replay([...args, "--on-failure", "continue", "--resume"]);
      const again = server.requests.slice(before).map(told);

      expect([...settled, ...again].sort()).toEqual(wanted);
      expect(again.length).toBeGreaterThan(0);
      expect(totals(second).planned).toBe(first.planned);
      expect(totals(second).planned).toBe(totals(expected).planned);
      expect(second.stderr).toContain("of these by earlier runs");
    },
  );

  test("of dead letters keeps the names that they have", async () => {
    const into = folder();
    const letters = join(into, "dead.jsonl");
    const refusing = await endpoint(() => 400);
    await replay([
      hooks(into, 6),
      "--url",
      refusing.url,
      "--dead-letter",
      letters,
      "--on-failure",
      "continue",
    ]);
    const names = refusing.requests.map(keyOf).sort();
    expect(new Set(names).size).toBe(6);

    let isUp = false;
    const server = await endpointWith((to, _, index) => {
      if (isUp || index % 2 === 0) to.send(answer(200));
      else to.reset();
    });
    const args = [letters, "--url", server.url, "--journal", join(into, "run.jsonl"), ...QUICK];
    args.push("--retries", "0", "--concurrency", "1");
    await replay(args);
    isUp = true;
    const again = await replay([...args, "--resume"]);
    expect(totals(again)).toMatchObject({ planned: 6, delivered: 6 });
    expect([...new Set(server.requests.map(keyOf))].sort()).toEqual(names);
  });

  test("is stopped when its inputs change while it reads them", async () => {
    const into = folder();
    const path = linesFile(
      into,
      Array.from({ length: 1500 }, (_, n) => hook(n)),
    );
    const [broken, sound, changing] = [0, 1, 2];
    let mood = broken;
    const server = await endpointWith((to) => {
      if (mood === broken) return to.reset();
      if (mood === changing) appendFileSync(path, `${JSON.stringify(hook(9999))}\n`);
      mood = sound;
      to.send(answer(200));
    });
    const args = [path, "--url", server.url, "--journal", join(into, "run.jsonl"), ...QUICK];
    await replay([...args, "--retries", "0", "--max-failures", "1"]);
    mood = changing;
    const run = await replay([...args, "--resume"]);
    expect(run.stderr).toContain("the inputs changed while they were read");
    expect(run.code).toBe(2);
  });
});
