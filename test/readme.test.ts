import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { diagnosticCodes } from "../src/diagnostics/catalogue.ts";
import { formats } from "../src/formats/registry.ts";
import { command, root } from "./support/run-chatx.ts";

/**
 * The README is run: every `console` block is a command after `$ ` and just what it prints. To take over new output
 * after reading it: README_UPDATE=1 npx vitest run test/readme.test.ts
 */
const path = join(root, "README.md");
const readme = readFileSync(path, "utf8");
const isUpdate = process.env.README_UPDATE === "1";

const bin = mkdtempSync(join(tmpdir(), "chatx-readme-"));
symlinkSync(command, join(bin, "chatx"));
afterAll(() => rmSync(bin, { recursive: true, force: true }));

function output(line: string): string {
  const env = { PATH: `${bin}:${process.env.PATH}`, LANG: "C", HOME: bin };
  // The exit code is part of what an example shows only where it prints it.
  return execFileSync("sh", ["-c", `exec 2>&1; ${line}; true`], { cwd: root, env, encoding: "utf8" });
}

const blocks = [...readme.matchAll(/```console\n\$ (.*)\n([\s\S]*?)```/g)].map((match) => ({
  block: match[0],
  line: match[1]!,
  shown: match[2]!,
}));

describe("the README", () => {
  test("has examples to run", () => {
    expect(blocks.length).toBeGreaterThan(5);
  });

  test.each(blocks)("shows what this prints: $line", ({ block, line, shown }) => {
    const printed = output(line);
    if (isUpdate) {
      const text = readFileSync(path, "utf8");
      writeFileSync(
        path,
        text.replace(block, () => `\`\`\`console\n$ ${line}\n${printed}\`\`\``),
      );
    } else expect(printed).toBe(shown);
  });

  test("names every format, every diagnostic code and every command option", () => {
    for (const { id } of formats) expect(readme).toContain(`\`${id}\``);
    const missing = diagnosticCodes.filter((code) => !readme.includes(`\`${code}\``));
    expect(missing).toEqual([]);
    for (const name of ["convert", "validate"]) {
      const options = output(`chatx ${name} --help`).match(/--[a-z][a-z-]+/g) ?? [];
      expect(options.length).toBeGreaterThan(8);
      expect([...new Set(options)].filter((option) => !readme.includes(option))).toEqual([]);
    }
  });

  test("has a library example that runs", async () => {
    const code = /```js\n(import \{[\s\S]*?)```/.exec(readme)![1]!;
    const file = join(bin, "example.mjs");
    writeFileSync(file, code.replace('"chatx"', JSON.stringify(join(root, "dist/lib/index.js"))));
    const printed = output(`node ${file}`);
    expect(printed).toBe(/prints:\n\n```text\n([\s\S]*?)```/.exec(readme)![1]!);
  });
});
