import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "../support/run-chatx.ts";

/** Who may use whom: only what stands here. The order is downwards. */
const MAY_USE: Readonly<Record<string, readonly string[]>> = {
  json: [],
  diagnostics: ["json"],
  model: ["json"],
  repeats: [],
  template: ["json", "diagnostics"],
  input: ["json", "diagnostics"],
  formats: ["json", "diagnostics", "model", "input"],
  convert: ["json", "diagnostics", "model", "formats", "repeats", "input"],
  // convert: only what knows a sound record by its bytes.
  validate: ["json", "diagnostics", "model", "formats", "repeats", "input", "convert"],
  files: [],
  trust: [],
  transport: ["json", "trust"],
  // Above convert and validate: what is captured is checked, what is served is opened and converted.
  endpoint: [
    "json",
    "diagnostics",
    "files",
    "model",
    "input",
    "formats",
    "repeats",
    "convert",
    "validate",
    "enclosures",
    "transport",
    "trust",
  ],
  document: ["json", "diagnostics", "model"],
  // input and model: types only.
  replay: ["json", "diagnostics", "files", "input", "model", "template", "transport", "trust"],
  // Touches neither file nor network nor clock. document: types only.
  plan: [
    "json",
    "diagnostics",
    "model",
    "input",
    "formats",
    "convert",
    "template",
    "document",
    "enclosures",
    "replay",
  ],
  // convert, endpoint and plan: types only.
  report: ["json", "diagnostics", "convert", "transport", "trust", "endpoint", "replay", "plan"],
  profile: ["json", "diagnostics", "formats"],
  enclosures: ["json", "model", "input", "formats", "document"],
  // replay and transport: types only; trust: what names say.
  library: [
    "json",
    "diagnostics",
    "model",
    "input",
    "formats",
    "convert",
    "validate",
    "template",
    "document",
    "enclosures",
    "plan",
    "replay",
    "transport",
    "trust",
  ],
  // It loads the built command by name.
  launch: [],
  cli: [
    "json",
    "diagnostics",
    "files",
    "model",
    "input",
    "formats",
    "convert",
    "validate",
    "endpoint",
    "template",
    "document",
    "transport",
    "trust",
    "replay",
    "plan",
    "report",
    "profile",
    "enclosures",
  ],
};

/** Packages and the rooms they live in. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  zod: ["diagnostics"],
  "zod/mini": ["formats"],
  commander: ["cli"],
  ora: ["cli"],
  chalk: ["report"],
  "get-east-asian-width": ["report"],
  "fast-glob": ["input"],
  undici: ["transport"],
  pdfkit: ["document"],
  fontkit: ["document"],
  linebreak: ["document"],
  "bidi-js": ["document"],
  "pdfjs-dist/legacy/build/pdf.mjs": ["document"],
  "pdfjs-dist/legacy/build/pdf.worker.mjs": ["document"],
  yaml: ["profile"],
};

/** Rooms that also run where there is no Node. */
const BROWSER_SAFE = ["json", "diagnostics", "model", "template", "formats", "profile"];

interface Import {
  readonly file: string;
  readonly room: string;
  readonly target: string;
  readonly isType: boolean;
}

const src = join(root, "src");

const imports: Import[] = readdirSync(src, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && name !== "index.ts")
  .flatMap((name) => {
    const file = join(src, name);
    const text = readFileSync(file, "utf8");
    return [
      ...text.matchAll(/(?:^|\n)\s*(?:import|export)\s+(type\s)?[^;]*?from\s+"([^"]+)"|import\("([^"]+)"\)/g),
    ].map((match) => ({
      file: name,
      room: name.split("/")[0]!,
      target: match[2] ?? match[3]!,
      isType: match[1] !== undefined,
    }));
  });

function roomOf({ file, target }: Import): string {
  return relative(src, resolve(dirname(join(src, file)), target)).split("/")[0]!;
}

describe("the house", () => {
  test("is read by this test", () => {
    expect(imports.length).toBeGreaterThan(200);
  });

  test("has imports that go downwards only", () => {
    const upward = imports
      .filter(({ target }) => target.startsWith("."))
      .filter((one) => one.room !== roomOf(one) && !MAY_USE[one.room]?.includes(roomOf(one)))
      .map(({ file, target }) => `${file} imports ${target}`);
    expect(upward).toEqual([]);
  });

  test("lets formats use no more than types of the input", () => {
    const values = imports.filter(
      (one) => one.room === "formats" && one.target.startsWith(".") && roomOf(one) === "input",
    );
    expect(values.filter(({ isType }) => !isType)).toEqual([]);
  });

  test("has no vendor that sees another", () => {
    const vendors = ["ferndesk", "smartsupp", "userlike", "jtel"];
    const crossing = imports.filter(({ file, target }) => {
      const own = vendors.find((vendor) => file.startsWith(`formats/${vendor}/`));
      return (
        own !== undefined &&
        (target.includes("registry") || vendors.some((one) => one !== own && target.includes(`/${one}/`)))
      );
    });
    expect(crossing).toEqual([]);
  });

  test("gives each package its home", () => {
    const strays = imports
      .filter(({ target }) => !target.startsWith(".") && !target.startsWith("node:"))
      .filter(({ room, target }) => !PACKAGES[target]?.includes(room))
      .map(({ file, target }) => `${file} imports ${target}`);
    expect(strays).toEqual([]);
  });

  test("keeps Node out of the rooms that run without it", () => {
    const node = imports.filter(
      ({ room, target }) => BROWSER_SAFE.includes(room) && target.startsWith("node:"),
    );
    expect(node).toEqual([]);
  });

  test("builds no code at run time and starts no process", () => {
    const banned = /\beval\(|new Function|node:vm|node:child_process/;
    const guilty = readdirSync(src, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      // It has V8 compile the chunks of the package itself, and nothing else.
      .filter((name) => name !== "launch/chunks.ts" && name !== "launch/code-cache.ts")
      .filter((name) => banned.test(readFileSync(join(src, name), "utf8")));
    expect(guilty).toEqual([]);
  });
});
