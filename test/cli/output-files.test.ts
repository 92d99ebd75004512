import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { type Run, runChatx, runShell } from "../support/run-chatx.ts";
import { expectOrderly, hasProgram, saidLines, temporaryFolder } from "./outcome.ts";
import { conversationsOf, hookLines, hookText } from "./payloads.ts";

const base = temporaryFolder();
const input = join(base, "input.jsonl");
const inputText = hookLines(2);
writeFileSync(input, inputText);
let folder = "";
let out = "";
let count = 0;
beforeEach(() => {
  folder = join(base, `case-${count++}`);
  mkdirSync(folder);
  out = join(folder, "out.json");
});

const convert = (...args: string[]) => runChatx(["convert", "--to", "ferndesk", "--quiet", ...args, input]);
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
const expectDone = (run: Run) => {
  expectOrderly(run);
  expect(run).toMatchObject({ code: 0, stdout: "", stderr: "" });
};
const expectWhole = (path: string) =>
  expect(conversationsOf(readFileSync(path, "utf8")).map(({ id }) => id)).toEqual([
    "smartsupp-4711-1",
    "smartsupp-4711-2",
  ]);

describe("an output file", () => {
  test("is written with mode 600, whatever the umask, and nothing else is left in its folder", async () => {
    for (const umask of ["000", "022", "077"]) {
      const script = `umask ${umask}; $CHATX convert --to ferndesk -q -o ${out} --rejects ${out}.rejects --loss-report ${out}.loss --reporter json=${out}.findings ${input}`;
      expectDone(await runShell(script));
      for (const name of readdirSync(folder))
        expect([name, modeOf(join(folder, name))]).toEqual([name, "600"]);
      expect(readdirSync(folder).sort()).toEqual([
        "out.json",
        "out.json.findings",
        "out.json.loss",
        "out.json.rejects",
      ]);
      expectWhole(out);
    }
  });

  test("that others could read before is theirs no longer", async () => {
    writeFileSync(out, "old", { mode: 0o644 });
    chmodSync(out, 0o644);
    expectDone(await convert("-o", out));
    expect(modeOf(out)).toBe("600");
    expectWhole(out);
  });

  test("behind a symbolic link is the file it names; the link stays", async () => {
    mkdirSync(join(folder, "elsewhere"));
    const target = join(folder, "elsewhere", "target.json");
    writeFileSync(target, "old");
    symlinkSync(target, out);
    expectDone(await convert("-o", out));
    expect(lstatSync(out).isSymbolicLink()).toBe(true);
    expect(lstatSync(target).isFile()).toBe(true);
    expectWhole(target);
    expect(readdirSync(folder).sort()).toEqual(["elsewhere", "out.json"]);
    expect(readdirSync(join(folder, "elsewhere"))).toEqual(["target.json"]);
  });

  test("behind a link to nothing is refused", async () => {
    symlinkSync(join(folder, "nothing"), out);
    const run = await convert("-o", out);
    expectOrderly(run);
    expect(run.code).toBe(4);
    expect(readdirSync(folder)).toEqual(["out.json"]);
  });

  test("with a second name leaves the file of that name as it was", async () => {
    writeFileSync(out, "old");
    linkSync(out, join(folder, "other-name"));
    expectDone(await convert("-o", out));
    expectWhole(out);
    expect(readFileSync(join(folder, "other-name"), "utf8")).toBe("old");
  });

  test("that is a named pipe is written to, and stays one", async () => {
    const script = `mkfifo ${out}; cat ${out} > ${out}.copy & $CHATX convert --to ferndesk -q -o ${out} ${input}; code=$?; wait; exit $code`;
    expectDone(await runShell(script));
    expectWhole(`${out}.copy`);
    expect(statSync(out).isFIFO()).toBe(true);
  });

  test("may be named as standard output", async () => {
    const run = await convert("-o", "-");
    expect(run.code).toBe(0);
    expect(conversationsOf(run.stdout)).toHaveLength(2);
    expect((await runShell(`$CHATX convert --to ferndesk -q -o /dev/stdout ${input} | cat`)).stdout).toBe(
      run.stdout,
    );
  });

  test.each<[string, (path: string) => string, string]>([
    ["that is a folder", (path) => path, "it is a folder"],
    ["in a folder that is not there", (path) => join(path, "no", "out.json"), "no such file or folder"],
    ["below a file", () => join(input, "out.json"), "a part of the path is no folder"],
    ["with a name that is too long", (path) => join(path, "x".repeat(300)), "the name is too long"],
  ])("%s is an output error, and nothing is created", async (_, pathIn, reason) => {
    const path = pathIn(folder);
    const run = await convert("-o", path);
    expectOrderly(run);
    expect(run).toMatchObject({ code: 4, stdout: "", stderr: `chatx: cannot write ${path}: ${reason}\n` });
    expect(readdirSync(folder)).toEqual([]);
  });

  test.skipIf(process.getuid?.() === 0)(
    "in a folder that is read-only is an output error (root may write there)",
    async () => {
      chmodSync(folder, 0o500);
      const run = await convert("-o", out);
      expect(run).toMatchObject({ code: 4, stderr: `chatx: cannot write ${out}: permission denied\n` });
      chmodSync(folder, 0o700);
    },
  );

  test("may be the input itself, which is read to its end first", async () => {
    writeFileSync(out, inputText);
    expectDone(await runChatx(["convert", "--to", "ferndesk", "-q", "-o", out, out]));
    expectWhole(out);
  });

  test.each([
    ["-o /dev/stdout", ">>"],
    ["-o /dev/fd/1", ">>"],
    ["-o /proc/self/fd/1", ">>"],
    ["-o /dev/stderr", "2>>"],
    ["-o /dev/fd/7", "7>>"],
  ])("that the shell has opened is added to: %s %s", async (option, redirect) => {
    writeFileSync(out, "old\n");
    const run = await runShell(`$CHATX convert --to ferndesk -q ${option} ${input} ${redirect} ${out}`);
    expect(run).toMatchObject({ code: 0, stdout: "", stderr: "" });
    const [old, ...rest] = readFileSync(out, "utf8").split("\n");
    expect(old).toBe("old");
    expect(conversationsOf(rest.join("\n"))).toHaveLength(2);
    expect(readdirSync(folder)).toEqual(["out.json"]);
  });

  test("that the shell has opened takes losses and the summary, too", async () => {
    const script = `$CHATX convert --to ferndesk --loss-report /dev/stderr ${input} >/dev/null 2>${out}`;
    expect((await runShell(script)).code).toBe(0);
    const text = readFileSync(out, "utf8");
    expect(text).toContain('"fate":"carried"');
    expect(text).toContain("records read 2 = written 2 + skipped 0 + rejected 0\n");
  });

  test("is left as it was when nothing could be converted, or the run stopped early", async () => {
    const bad = join(folder, "bad.json");
    writeFileSync(bad, "{");
    writeFileSync(out, "old");
    for (const [code, ...args] of [
      [1, bad],
      [3, join(folder, "missing")],
      [1, "--fail-fast", input, bad],
    ] as const) {
      const run = await runChatx(["convert", "--to", "ferndesk", "-o", out, ...args]);
      expectOrderly(run);
      expect(run.code).toBe(code);
      expect(run.stderr).toContain(`${out} is left as it was`);
      if (code === 1 && args.length > 1) expect(run.stderr).toContain("what was written is discarded");
      expect(readFileSync(out, "utf8")).toBe("old");
    }
    expect(readdirSync(folder).sort()).toEqual(["bad.json", "out.json"]);
  });

  test("comes with totals of the sources that could be read", async () => {
    const run = await runChatx(["validate", join(folder, "missing"), input]);
    expect(run.code).toBe(3);
    expect(run.stdout).toContain("2 records: 2 valid");
  });

  test("that cannot be opened takes those along that were opened before it", async () => {
    const missing = join(folder, "no", "file");
    for (const args of [
      ["--rejects", missing],
      ["--loss-report", missing],
      ["--reporter", `json=${missing}`],
      ["--reporter", `tap=${out}.tap`, "--reporter", `json=${missing}`],
    ]) {
      const run = await convert("-o", out, ...args);
      expect(run.code).toBe(4);
      expect(readdirSync(folder)).toEqual([]);
    }
  });

  test("named by two options is wrong usage; a device may be", async () => {
    const run = await convert("-o", out, "--loss-report", `${folder}/./out.json`);
    expect(run.code).toBe(2);
    expect(saidLines(run)).toEqual([
      `chatx: --output and --loss-report name the same file: ${folder}/./out.json`,
    ]);
    expectDone(await convert("-o", "/dev/null", "--loss-report", "/dev/null"));
  });
});

describe("one file a conversation", () => {
  test("has mode 600 in a folder of mode 700, and no payload text in its name", async () => {
    const dir = join(folder, "deep", "dir");
    const nasty = hookText({ id: 9 }).replace('"accountId":4711', '"accountId":4712');
    writeFileSync(
      join(folder, "in.jsonl"),
      `${nasty}\n{"conversations":[${JSON.stringify({
        id: "../../../etc/passwd\u0000\n-rf CON .git/hooks/x",
        lastMessageAt: "2024-05-01T10:00:00Z",
        messages: [{ id: "m", role: "user", content: "Hello", createdAt: "2024-05-01T10:00:00Z" }],
      })}]}\n`,
    );
    const run = await runShell(
      `umask 000; $CHATX convert --to ferndesk -q --output-dir ${dir} ${folder}/in.jsonl`,
    );
    expectDone(run);
    expect(modeOf(dir)).toBe("700");
    const names = readdirSync(dir);
    expect(names).toHaveLength(2);
    for (const name of names) {
      expect(name).toMatch(/^ferndesk-[0-9a-f]{16}\.json$/);
      expect(modeOf(join(dir, name))).toBe("600");
    }
    expect(readdirSync(folder).sort()).toEqual(["deep", "in.jsonl"]);
  });

  test("replaces a planted link and does not follow it", async () => {
    expectDone(await convert("--output-dir", folder));
    const [name] = readdirSync(folder) as [string];
    const victim = join(base, `victim-${count}`);
    writeFileSync(victim, "untouched");
    expectDone(await runShell(`rm ${join(folder, name)}; ln -s ${victim} ${join(folder, name)}`));
    expectDone(await convert("--output-dir", folder));
    expect(readFileSync(victim, "utf8")).toBe("untouched");
    expect(lstatSync(join(folder, name)).isFile()).toBe(true);
  });

  test("in the place of a file is an output error", async () => {
    const run = await convert("--output-dir", input);
    expect(run).toMatchObject({
      code: 4,
      stderr: `chatx: cannot write ${input}: it exists and is no folder\n`,
    });
    expect(readFileSync(input, "utf8")).toBe(inputText);
  });
});

describe("a file size limit", () => {
  const big = join(base, "big.jsonl");
  writeFileSync(
    big,
    hookLines(400, () => ({ text: "x".repeat(200) })),
  );

  test.each([["-o"], ["--loss-report"]])(
    "ends in an output error with %s, and the old file stays",
    async (option) => {
      writeFileSync(out, "old");
      const run = await runShell(
        `ulimit -f 32; $CHATX convert --to ferndesk -q ${option} ${out} ${big} >/dev/null`,
      );
      expectOrderly(run);
      expect(run).toMatchObject({
        code: 4,
        stderr: `chatx: cannot write ${out}: the file would be larger than allowed\n`,
      });
      expect(readFileSync(out, "utf8")).toBe("old");
      expect(readdirSync(folder)).toEqual(["out.json"]);
    },
  );

  test("ends in an output error on standard output as well: a short write is noticed", async () => {
    const run = await runShell(`ulimit -f 32; $CHATX convert --to ferndesk -q ${big} >${out}`);
    expectOrderly(run);
    expect(run).toMatchObject({
      code: 4,
      stderr: "chatx: cannot write standard output: the file would be larger than allowed\n",
    });
    expect(statSync(out).size).toBe(32 * 1024);
  });
});

const canTrace = hasProgram("strace");

describe.skipIf(!canTrace)("seen through strace (skipped where there is none)", () => {
  const big = join(base, "traced.jsonl");
  writeFileSync(
    big,
    hookLines(500, () => ({ text: "x".repeat(600) })),
  );
  const trace = (options: string, path = out) =>
    runShell(
      `strace -f -y -qq -o ${path}.trace ${options} $CHATX convert --to ferndesk -q -o ${path} ${big}; code=$?; mv ${path}.trace ${folder}.trace; exit $code`,
    );

  test("the order is write, fsync of the file, rename, fsync of the folder", async () => {
    expectDone(await trace("-e trace=write,fsync,rename,renameat,renameat2"));
    const steps = readFileSync(`${folder}.trace`, "utf8")
      .split("\n")
      .flatMap((line) => {
        const call = /^\d+ +(\w+)\(/.exec(line)?.[1];
        if (call === "write") return line.includes(".out.json.chatx-") ? ["write"] : [];
        if (call === "fsync")
          return [
            line.includes(".out.json.chatx-")
              ? "fsync file"
              : line.includes(`<${folder}>`)
                ? "fsync folder"
                : line,
          ];
        return call?.startsWith("rename") ? ["rename"] : [];
      });
    expect(steps.filter((step) => step === "write").length).toBeGreaterThan(1);
    expect(steps.filter((step, k) => step !== steps[k - 1])).toEqual([
      "write",
      "fsync file",
      "rename",
      "fsync folder",
    ]);
  });

  test.each([
    ["fsync", "EIO", "the device reports an error"],
    ["fsync", "ENOSPC", "no space left on the disk"],
    ["fsync", "EDQUOT", "the disk quota is used up"],
    ["rename", "EROFS", "the file system is read-only"],
  ])("a failing %s (%s) is an output error and leaves the old file alone", async (call, error, reason) => {
    writeFileSync(out, "old");
    const run = await trace(`-e trace=${call} -e inject=${call}:error=${error}:when=1`);
    expectOrderly(run);
    expect(run).toMatchObject({ code: 4, stderr: `chatx: cannot write ${out}: ${reason}\n` });
    expect(readFileSync(out, "utf8")).toBe("old");
    expect(readdirSync(folder)).toEqual(["out.json"]);
  });

  test("killed at any write, fsync, rename or close, the file is the old or the new one; the next run tidies up", async () => {
    const whole = await runChatx(["convert", "--to", "ferndesk", "-q", big]);
    const points = [
      ...[1, 2, 3, 4, 6, 8, 12].map((n) => `-e trace=write -e inject=write:signal=KILL:when=${n}`),
      "-e trace=fsync -e inject=fsync:signal=KILL:when=1",
      // The call itself is left out: killed before anything of it happens.
      "-e trace=fsync -e inject=fsync:retval=0:signal=KILL:when=1",
      "-e trace=rename -e inject=rename:signal=KILL:when=1",
      "-e trace=rename -e inject=rename:retval=0:signal=KILL:when=1",
      "-e trace=close -e inject=close:signal=KILL:when=20",
    ];
    let kills = 0;
    let strays = 0;
    const killAt = async (point: string, k: number) => {
      const path = join(folder, String(k), "out.json");
      mkdirSync(dirname(path));
      writeFileSync(path, "old");
      const run = await trace(point, path);
      if (run.code === 137 || run.signal === "SIGKILL") kills++;
      const now = readFileSync(path, "utf8");
      expect(now === "old" || now === whole.stdout, point).toBe(true);
      strays += readdirSync(dirname(path)).length - 1;
      expectDone(await convert("-o", path));
      expect(readdirSync(dirname(path))).toEqual(["out.json"]);
    };
    await Promise.all(points.map(killAt));
    expect(kills).toBeGreaterThan(4);
    expect(strays).toBeGreaterThan(2);
  });
});
