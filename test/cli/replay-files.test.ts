import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { answer } from "../support/fault-server.ts";
import { runShell, startChatx } from "../support/run-chatx.ts";
import { hasProgram } from "./outcome.ts";
import { endpoint, endpointWith, folder, hooks, replay, totals } from "./replay-support.ts";

describe("kept answers", () => {
  test.each([".body", ".json"])(
    "replace a link that stands in the place of a %s file, and do not follow it",
    async (ending) => {
      const server = await endpoint(() => answer(200, "the answer"));
      const into = folder();
      const answers = join(into, "answers");
      const args = [hooks(into, 1), "--url", server.url, "--save-responses", answers];
      expect((await replay(args)).code).toBe(0);
      const planted = join(answers, readdirSync(answers).find((name) => name.endsWith(ending))!);
      const [kept, victim] = [readFileSync(planted, "utf8"), join(into, "victim")];
      for (const target of [victim, join(into, "nothing")]) {
        writeFileSync(victim, "untouched");
        rmSync(planted);
        symlinkSync(target, planted);
        expect((await replay(args)).code).toBe(0);
        expect(readFileSync(victim, "utf8")).toBe("untouched");
        expect(readdirSync(into).sort()).toEqual(["answers", "hooks.jsonl", "victim"]);
        expect(lstatSync(planted).isFile()).toBe(true);
        // All but how long the exchange took.
        const timeless = (text: string) => text.replace(/"durationMs":[\d.]+/, "");
        expect(timeless(readFileSync(planted, "utf8"))).toBe(timeless(kept));
        expect(statSync(planted).mode & 0o777).toBe(0o600);
      }
      expect(readdirSync(answers)).toHaveLength(2);
    },
  );
});

test("what a report and the summary call delivered is on the disk before it is said", async () => {
  const server = await endpoint();
  const into = folder();
  const journal = join(into, "run.jsonl");
  const hook = fileURLToPath(new URL("../support/tell-syncs.cjs", import.meta.url));
  const args = [hooks(into, 20), "--url", server.url, "--journal", journal, "--reporter", "json"];
  const run = await runShell(`$CHATX replay ${args.join(" ")} 2>&1`, { nodeArgs: ["--require", hook] });
  expect(run.code).toBe(0);
  const [before, report, ...after] = run.stdout.split(/(?=\{"version":)|(?=planned 20 = delivered 20)/);
  expect(JSON.parse(report!).summary).toMatchObject({ planned: 20, delivered: 20 });
  expect(before).toMatch(/\[\d+ bytes are safe\]\n$/);
  expect(
    before!
      .match(/\d+(?= bytes are safe)/g)!
      .map(Number)
      .at(-1),
  ).toBe(statSync(journal).size);
  expect(after.join("")).toContain("planned 20 = delivered 20");
  expect(after.join("")).not.toContain("are safe");
});

describe("a signal in mid-run", () => {
  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 143],
  ] as const)("%s lets what is under way end, keeps the journal, and exits with %i", async (signal, code) => {
    const into = folder();
    let release: (() => void)[] | undefined = [];
    const server = await endpointWith((to) => {
      const reply = () => to.send(answer(200));
      if (release === undefined) reply();
      else release.push(reply);
    });
    const args = [
      hooks(into, 12),
      "--url",
      server.url,
      "--concurrency",
      "3",
      "--journal",
      join(into, "run.jsonl"),
    ];
    const { child, ended } = startChatx(["replay", ...args]);
    const said = new Promise<void>((resolve) => {
      let told = "";
      child.stderr!.on("data", (chunk) => {
        told += chunk;
        if (told.includes("stopping: requests under way may end")) resolve();
      });
    });
    await server.until(() => server.requests.length === 3);
    child.kill(signal);
    await said;
    for (const one of release) one();
    release = undefined;
    const run = await ended();
    expect([run.code, run.signal, server.requests.length]).toEqual([code, null, 3]);
    expect(totals(run)).toMatchObject({ delivered: 3, failed: 0, unknown: 0, held: 0 });
    expect(run.stderr).toContain(`stopped by ${signal}`);
    expect(run.stderr).toContain("to resume: run the same command with --resume");
    const resumed = await replay([...args, "--resume"]);
    expect([resumed.code, server.requests.length]).toEqual([0, 12]);
  });

  test.each([
    ["SIGTERM", "SIGTERM"],
    // There is no exit code for it in the table; a shell shows 143.
    ["SIGHUP", "SIGTERM"],
  ] as const)("%s given twice ends it at once, by %s", async (signal, deadly) => {
    const server = await endpointWith(() => undefined);
    const { child, ended } = startChatx(["replay", hooks(folder(), 3), "--url", server.url]);
    await server.until(() => server.requests.length > 0);
    child.kill(signal);
    // Two that come together are one for the system.
    const again = setInterval(() => child.kill(signal), 50);
    const run = await ended();
    clearInterval(again);
    expect([run.code, run.signal]).toEqual([null, deadly]);
  });
});

describe.skipIf(!hasProgram("strace"))("a dry run seen through strace (skipped where there is none)", () => {
  test("connects to nobody and changes no file", async () => {
    const server = await endpoint();
    const into = folder();
    const d = join(into, "d");
    mkdirSync(d);
    const journal = join(d, "run.jsonl");
    const sent = [hooks(d, 5), "--url", `${server.url}/hook`, "--journal", journal];
    await replay(sent);
    const connections = server.connections;
    const traced = join(into, "trace");
    const outputs = [
      ...[
        "--dead-letter",
        join(d, "dead.jsonl"),
        "--har",
        join(d, "x.har"),
        "--save-responses",
        join(d, "zz"),
      ],
      ...["--reporter", `json=${join(d, "r.json")}`, "--token-url", `${server.url}/token`],
    ];
    const before = readdirSync(d).map((name) => [name, statSync(join(d, name)).mtimeMs]);
    const calls =
      "connect,sendto,sendmsg,open,openat,creat,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,link,linkat,symlink,symlinkat,truncate,ftruncate,chmod,fchmod,fchmodat,utimensat";
    const args = [...sent, ...outputs, "--resume", "--dry-run"];
    const run = await runShell(
      `strace -f -qq -o ${traced} -e trace=${calls} $CHATX replay ${args.join(" ")}`,
      {
        // Else the first run of a build keeps what was compiled beside the program.
        env: { NODE_DISABLE_COMPILE_CACHE: "1" },
      },
    );
    expect(run.stderr).toBe("");
    expect([run.code, server.connections]).toEqual([0, connections]);
    const lines = readFileSync(traced, "utf8").split("\n");
    expect(lines.some((line) => line.includes("hooks.jsonl"))).toBe(true);
    const changing = lines.filter((line) => {
      const call = /^\d+ +(\w+)\(/.exec(line)?.[1];
      if (call === undefined) return false;
      return call.startsWith("open")
        ? /O_WRONLY|O_RDWR|O_CREAT|O_TRUNC/.test(line) && !line.includes('"/dev/')
        : true;
    });
    expect(changing).toEqual([]);
    expect(readdirSync(d).map((name) => [name, statSync(join(d, name)).mtimeMs])).toEqual(before);
  });
});
