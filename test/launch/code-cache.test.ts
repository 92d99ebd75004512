import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { root } from "../support/run-chatx.ts";

const PAYLOAD = join(root, "fixtures/smartsupp/valid/anonymous-visitor.json");
const VALIDATE = ["validate", PAYLOAD];
const NOBODY = 65534;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "chatx-launch-"));
  for (const part of ["bin", "dist/cli"]) {
    cpSync(join(root, part), join(folder, part), {
      recursive: true,
      filter: (name) => !name.includes(".cache"),
    });
  }
});

afterEach(() => rmSync(folder, { recursive: true }));

interface How {
  readonly nodeArgs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number;
}

function run(args: readonly string[], { nodeArgs = [], env = {}, uid }: How = {}) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...nodeArgs, join(folder, "bin/chatx.js"), ...args],
    {
      encoding: "utf8",
      env: { PATH: process.env.PATH ?? "", ...env },
      ...(uid === undefined ? {} : { uid }),
    },
  );
  return { code: status, stdout, stderr };
}

function caches(): string[] {
  return readdirSync(join(folder, "dist/cli"))
    .filter((name) => name.includes(".cache"))
    .map((name) => join(folder, "dist/cli", name));
}

/** The chunks whose code a cache file holds, without their hashes. */
function chunksIn(file: string): string[] {
  const bytes = readFileSync(file);
  const index: [string, number][] = JSON.parse(bytes.toString("latin1", 4, 4 + bytes.readUInt32LE(0)));
  return index.map(([name]) => name.replace(/-.{8}\.cjs$/, "")).sort();
}

/** What the run says when it has no code of earlier runs, and the file that it leaves behind. */
function firstRun(args: readonly string[]) {
  const result = run(args);
  const [file] = caches();
  return { result, file: file! };
}

describe("what a command loads", () => {
  test("is the program alone for --version", () => {
    expect(chunksIn(firstRun(["--version"]).file)).toEqual(["main", "rolldown-runtime", "start"]);
  });

  test("is two files of code for validate", () => {
    const { file } = firstRun(VALIDATE);
    expect(chunksIn(file)).toEqual(["main", "rolldown-runtime", "start", "work"]);
  });
});

describe("the compiled code that is kept", () => {
  test("is made by the first run, and taken by the second", () => {
    const { result, file } = firstRun(VALIDATE);
    const made = statSync(file);
    expect(run(VALIDATE)).toEqual(result);
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(statSync(file)).toMatchObject({ ino: made.ino, mtimeMs: made.mtimeMs });
    expect(caches()).toEqual([file]);
  });

  test("is added to when a run needs more", () => {
    const { file } = firstRun(VALIDATE);
    const before = chunksIn(file);
    run([...VALIDATE, "--reporter", "sarif"]);
    expect(chunksIn(file)).toEqual([...before, "sarif"].sort());
    const made = statSync(file).ino;
    run(VALIDATE);
    expect(statSync(file).ino).toBe(made);
  });

  test("is taken by a conversion that went on for longer, and by the next", () => {
    const long = join(folder, "long.jsonl");
    writeFileSync(long, `${JSON.stringify(JSON.parse(readFileSync(PAYLOAD, "utf8")))}\n`.repeat(400));
    const convert = (file: string) => run(["convert", "--quiet", "--to", "ferndesk", file]);
    convert(long);
    const [file] = caches();
    const made = statSync(file!).ino;
    convert(PAYLOAD);
    convert(long);
    expect(statSync(file!).ino).toBe(made);
  });

  test.each([
    ["a byte of the code is another", (bytes: Buffer) => flipped(bytes, bytes.length >> 2)],
    ["a byte of the second copy is another", (bytes: Buffer) => flipped(bytes, bytes.length - 100)],
    ["a byte of the index is another", (bytes: Buffer) => flipped(bytes, 8)],
    ["the length of the index is another", (bytes: Buffer) => flipped(bytes, 3)],
    ["it is cut short", (bytes: Buffer) => bytes.subarray(0, bytes.length >> 1)],
    ["it is empty", () => Buffer.alloc(0)],
    ["it is all zeros", (bytes: Buffer) => Buffer.alloc(bytes.length)],
  ])("is no harm where %s", (_, damage) => {
    const { result, file } = firstRun(VALIDATE);
    const sound = chunksIn(file);
    writeFileSync(file, damage(readFileSync(file)));
    expect(run(VALIDATE)).toEqual(result);
    expect(chunksIn(file)).toEqual(sound);
    expect(run(VALIDATE)).toEqual(result);
  });

  test("is neither taken nor made under other flags", () => {
    const flags = { nodeArgs: ["--max-lazy", "--no-opt"] };
    const result = run(VALIDATE, flags);
    expect(caches()).toEqual([]);
    const { file } = firstRun(VALIDATE);
    const made = statSync(file).ino;
    expect(run(VALIDATE, flags)).toEqual(result);
    expect(run(VALIDATE, { env: { NODE_OPTIONS: "--max-old-space-size=256" } })).toEqual(result);
    expect(statSync(file).ino).toBe(made);
  });

  test("is not made by a run that went wrong, nor where the user wants none", () => {
    expect(run(["validte"]).code).toBe(2);
    expect(run(["validate", join(folder, "nothing.json")]).code).toBe(3);
    expect(run(VALIDATE, { env: { NODE_DISABLE_COMPILE_CACHE: "1" } }).code).toBe(0);
    expect(caches()).toEqual([]);
  });

  // A superuser may write everywhere, so the run is somebody else's, who must be able to reach Node itself.
  const isSuperuser = process.getuid?.() === 0;
  const isOtherAble = !isSuperuser || spawnSync(process.execPath, ["-e", "0"], { uid: NOBODY }).status === 0;

  test.skipIf(!isOtherAble)("is done without where the program's folder cannot be written", () => {
    spawnSync("chmod", ["-R", "a+rX,a-w", folder]);
    try {
      const result = run(VALIDATE, isSuperuser ? { uid: NOBODY } : {});
      expect(result).toMatchObject({ code: 0, stderr: "" });
      expect(caches()).toEqual([]);
    } finally {
      spawnSync("chmod", ["-R", "u+w", folder]);
    }
  });
});

function flipped(bytes: Buffer, at: number): Buffer {
  bytes[at]! ^= 0x10;
  return bytes;
}
