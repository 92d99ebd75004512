import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { InputError } from "../../src/input/input-error.ts";
import { readRecords } from "../../src/input/records.ts";
import { openSources } from "../../src/input/sources.ts";
import { collect, MEBIBYTE, seen } from "./split.ts";

const OPTIONS = { stdinIsTerminal: false, maxInflatedBytes: MEBIBYTE };

let folder: string;
const at = (...names: string[]) => join(folder, ...names);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "chatx-sources-"));
  await mkdir(at("day", "b"), { recursive: true });
  await mkdir(at("day", ".hidden"));
  await mkdir(at("empty"));
  await writeFile(at("day", "b", "2.json"), '{"n":"b/2"}');
  await writeFile(at("day", "b.json"), '{"n":"b.json"}');
  await writeFile(at("day", "a.jsonl"), '{"n":"a"}\n{"n":"a2"}\n');
  await writeFile(at("day", "Z.json"), '{"n":"Z"}');
  await writeFile(at("day", ".dot.json"), '{"n":"dot"}');
  await writeFile(at("day", ".hidden", "x.json"), '{"n":"hidden"}');
  await writeFile(at("odd [1].json"), '{"n":"odd"}');
  await writeFile(at("packed"), gzipSync('{"n":"packed"}'));
  await symlink(at("day"), at("day", "loop"));
  await symlink(at("day", "a.jsonl"), at("day", "link.jsonl"));
});

afterAll(() => rm(folder, { recursive: true }));

/** Names of the sources below the folder, each with its texts or the kind of its error. */
async function read(...patterns: string[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const source of openSources(patterns, OPTIONS)) {
    const name = source.name.replace(`${folder}/`, "");
    try {
      const texts: string[] = [];
      for await (const record of readRecords(source, { maxRecordBytes: MEBIBYTE })) {
        texts.push(record.problem?.code ?? seen(record).text);
      }
      lines.push(`${name}: ${texts.join(" ")}`);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      lines.push(`${name}: ${error.kind}`);
    }
  }
  return lines;
}

const DAY = [
  'day/Z.json: {"n":"Z"}',
  'day/a.jsonl: {"n":"a"} {"n":"a2"}',
  'day/b.json: {"n":"b.json"}',
  'day/b/2.json: {"n":"b/2"}',
];

describe("arguments become sources", () => {
  test("files are read in the order they are named, as often as they are named", async () => {
    const [z, , b] = DAY;
    expect(await read(at("day/b.json"), at("day/Z.json"), at("day/b.json"))).toEqual([b, z, b]);
  });

  test("a folder gives its files in order of code units, without dot names and linked folders, a linked file once", async () => {
    expect(await read(at("day"))).toEqual(DAY);
  });

  test("a quoted glob gives the same order, and what was read before is left out", async () => {
    expect(await read(at("day/**/*.json*"))).toEqual(DAY);
    expect(await read(at("day/b.json"), at("day/*.json"), at("day"))).toEqual([
      DAY[2],
      DAY[0],
      DAY[1],
      DAY[3],
    ]);
  });

  test("a name with glob characters that exists is that file", async () => {
    expect(await read(at("odd [1].json"))).toEqual(['odd [1].json: {"n":"odd"}']);
  });

  test("gzip is known by its content", async () => {
    expect(await read(at("packed"))).toEqual(['packed: {"n":"packed"}']);
  });

  test("the size is told where it says how much there is to read", async () => {
    const sizes: (number | undefined)[] = [];
    for await (const source of openSources([at("day/Z.json"), at("packed")], OPTIONS))
      sizes.push(source.sizeBytes);
    expect(sizes).toEqual([9, undefined]);
  });

  test("a file of several chunks comes out whole", async () => {
    const lines = Array.from({ length: 3_000 }, (_, index) =>
      JSON.stringify({ index, text: "Grüße ".repeat(40) }),
    );
    await writeFile(at("large.jsonl"), lines.join("\n"));
    for await (const source of openSources([at("large.jsonl")], OPTIONS)) {
      let index = 0;
      for await (const record of readRecords(source, { maxRecordBytes: MEBIBYTE })) {
        expect(seen(record).text).toBe(lines[index]);
        index++;
        expect(record.start.line).toBe(index);
      }
      expect(index).toBe(lines.length);
    }
  });

  test("a reader may stop in the middle", async () => {
    for await (const source of openSources([at("large.jsonl")], OPTIONS)) {
      for await (const record of readRecords(source, { maxRecordBytes: MEBIBYTE })) {
        expect(record.number).toBe(1);
        break;
      }
    }
    expect((await read(at("large.jsonl"))).length).toBe(1);
  });
});

describe("what cannot be read does not stop the rest", () => {
  test("missing files, and patterns and folders without a match", async () => {
    const arguments_ = ["no.json", "*.none", "empty", "day/Z.json", "day/Z.json/x"].map((name) => at(name));
    expect(await read(...arguments_)).toEqual([
      "no.json: unreadable",
      "*.none: nothing-matched",
      "empty: nothing-matched",
      DAY[0],
      "day/Z.json/x: unreadable",
    ]);
  });

  // The superuser may read everything.
  test.skipIf(process.getuid?.() === 0)("a file without permission", async () => {
    await writeFile(at("secret.json"), "{}");
    await chmod(at("secret.json"), 0o000);
    expect(await read(at("secret.json"), at("day/Z.json"))).toEqual(["secret.json: unreadable", DAY[0]]);
  });

  test("the message names the input, the reason and what to do", async () => {
    const [source] = await collect(openSources([at("no.json")], OPTIONS));
    await expect(collect(source!.chunks)).rejects.toMatchObject({
      kind: "unreadable",
      input: at("no.json"),
      message: expect.stringContaining("there is no such file"),
      cause: { code: "ENOENT" },
    });
  });

  test("a terminal as standard input is refused before anything is read", () => {
    const open = (...patterns: string[]) => openSources(patterns, { ...OPTIONS, stdinIsTerminal: true });
    expect(() => open()).toThrow(expect.objectContaining({ kind: "stdin-is-terminal" }));
    expect(() => open(at("day"), "-")).toThrow(expect.objectContaining({ kind: "stdin-is-terminal" }));
    expect(() => open(at("day"))).not.toThrow();
  });
});

describe("standard input of a real process", () => {
  let script: string;

  beforeAll(async () => {
    await writeFile(
      at("stdin.ts"),
      `import { openSources } from ${JSON.stringify(join(import.meta.dirname, "../../src/input/sources.ts"))};
       import { readRecords } from ${JSON.stringify(join(import.meta.dirname, "../../src/input/records.ts"))};
       for await (const source of openSources(JSON.parse(process.argv[2]), { stdinIsTerminal: false, maxInflatedBytes: 1e6 })) {
         for await (const { number, start, bytes, problem } of readRecords(source, { maxRecordBytes: 1e6 })) {
           console.log(source.name, number, start.line, problem?.code ?? Buffer.from(bytes).toString());
           if (process.argv[3] === "first") process.exit(0);
         }
       }`,
    );
    const bundle = await rolldown({
      input: at("stdin.ts"),
      platform: "node",
      external: ["fast-glob"],
      logLevel: "silent",
    });
    script = at("stdin.mjs");
    await bundle.write({ file: script, codeSplitting: false });
    await bundle.close();
  });

  async function run(
    patterns: string[],
    feed: (stdin: NodeJS.WritableStream) => void,
    mode = "all",
  ): Promise<string> {
    const child = spawn(process.execPath, [script, JSON.stringify(patterns), mode], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    feed(child.stdin);
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    await once(child, "close");
    return output;
  }

  test("is read from a pipe, with no argument or a dash", async () => {
    const feed = (stdin: NodeJS.WritableStream) => stdin.end('{"a":1}\n{"b":2}');
    const expected = '<stdin> 1 1 {"a":1}\n<stdin> 2 2 {"b":2}\n';
    expect(await run([], feed)).toBe(expected);
    expect(await run(["-", "-"], feed)).toBe(expected);
  });

  test("may be gzip", async () => {
    expect(await run([], (stdin) => stdin.end(gzipSync('[{"a":1}]')))).toBe('<stdin> 1 1 {"a":1}\n');
  });

  test("may be another pipe by name", async () => {
    const command = `mkfifo "$2" && { printf '{"a":1}' > "$2" & } && exec "$0" "$1" "[\\"$2\\"]" all < /dev/null`;
    const child = spawn("sh", ["-c", command, process.execPath, script, at("pipe")]);
    const output = await collect(child.stdout.setEncoding("utf8"));
    expect(output.join("")).toBe(`${at("pipe")} 1 1 {"a":1}\n`);
  });

  test("is read from a file", async () => {
    const child = spawn("sh", [
      "-c",
      `exec "$0" "$1" '[]' all < "$2"`,
      process.execPath,
      script,
      at("day/a.jsonl"),
    ]);
    const output = await collect(child.stdout.setEncoding("utf8"));
    expect(output.join("")).toBe('<stdin> 1 1 {"n":"a"}\n<stdin> 2 2 {"n":"a2"}\n');
  });

  test("gives a record as soon as it is there, and does not hold up the end of the process", async () => {
    // The pipe stays open: only a reader that waits for nothing more can end.
    expect(await run([], (stdin) => stdin.write('{"a":1}\n'), "first")).toBe('<stdin> 1 1 {"a":1}\n');
  });
});
