// Packs the package as it would be published, and looks at it from outside: what is in it, whether other tools can
// resolve it, and whether it works where nothing else is installed. Run by `npm run package`, after a build.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

const root = fileURLToPath(new URL("../", import.meta.url));
const { name, version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const folder = mkdtempSync(join(tmpdir(), "chatx-package-"));

/** A quoted module that makes code or processes, where modules are asked for. */
const RUNS_CODE =
  /(?:\b(?:require|import|getBuiltinModule)\(|\bfrom )["'`](?:node:)?(vm|child_process|worker_threads|repl)["'`]/g;

/**
 * What is right all the same: the launcher has V8 compile our own chunks; undici names the type of message ports;
 * PDF files are read in a thread that can be stopped.
 */
const MAY_LOAD = [
  [/\/dist\/cli\/launch\.cjs$/, "vm"],
  [/\/dist\/cli\/undici-[^/]+$/, "worker_threads"],
  [/\/dist\/document\/read-worker\.mjs$/, "worker_threads"],
  [/\/dist\/(?:cli|lib)\/read-[^/]+$/, "worker_threads"],
];

/** Runs a program and returns its standard output; a failure shows what it said. */
function run(file, args, options = {}) {
  return execFileSync(file, args, {
    cwd: root,
    encoding: "utf8",
    stdio: ["pipe", "pipe", "inherit"],
    ...options,
  });
}

/** Hashes of all that was built; what V8 compiled in runs is no part of it. */
function hashesOf(path) {
  return Object.fromEntries(
    filesBelow(path)
      .filter((file) => !file.endsWith(".cache"))
      .sort()
      .map((file) => [relative(path, file), createHash("sha256").update(readFileSync(file)).digest("hex")]),
  );
}

/** The same source gives the same bytes, whenever it is built. */
function checkSameBytes() {
  const dist = join(root, "dist");
  const before = hashesOf(dist);
  run(process.execPath, ["build.mjs"]);
  assert.deepEqual(hashesOf(dist), before);
}

try {
  checkSameBytes();
  const tarball = pack();
  checkFiles(tarball);
  checkText(join(folder, "package"));
  checkLockFile();
  await checkResolution(tarball);
  checkInstalled(tarball);
  console.log(`package: ${name}-${version}.tgz is sound`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function pack() {
  const [{ filename }] = JSON.parse(
    run("npm", ["pack", "--json", "--ignore-scripts", "--loglevel=error", "--pack-destination", folder]),
  );
  const tarball = join(folder, filename);
  run("tar", ["-xzf", tarball, "-C", folder]);
  return tarball;
}

/** Only what a user needs: the command, the built code, and the texts about it. */
function checkFiles(tarball) {
  const files = run("tar", ["-tzf", tarball]).trim().split("\n");
  const allowed =
    /^package\/(package\.json|README\.md|LICENSE|CHANGELOG\.md|bin\/(chatx\.js|package\.json)|dist\/.+)$/;
  assert.deepEqual(
    files.filter((file) => !allowed.test(file)),
    [],
  );
  for (const needed of [
    "README.md",
    "LICENSE",
    "bin/chatx.js",
    "dist/cli/launch.cjs",
    "dist/lib/index.js",
    "dist/types/index.d.ts",
  ]) {
    assert.ok(files.includes(`package/${needed}`), `${needed} is missing`);
  }
  const built =
    /^package\/dist\/((cli\/[\w-]+\.cjs)|(lib\/[\w-]+\.js)|(types\/[\w/-]+\.d\.ts)|((?:cli|lib)\/data\/sRGB_IEC61966_2_1\.icc)|(fonts\/[\w-]+\.ttf)|(document\/[\w-]+\.mjs)|THIRD-PARTY-LICENSES\.txt)$/;
  assert.deepEqual(
    files.filter((file) => file.startsWith("package/dist/") && !built.test(file)),
    [],
  );
}

/** Nothing of this machine in the text, and no code that makes code or starts processes. */
function checkText(unpacked) {
  const paths = [root.replace(/\/$/, ""), `${homedir()}/`, "/home/", "/Users/"];
  for (const file of filesBelow(unpacked)) {
    const text = readFileSync(file, "utf8");
    for (const path of paths) assert.ok(!text.includes(path), `${file} holds the path ${path}`);
    if (!/\/dist\/(cli|lib|document)\//.test(file)) continue;
    const allowed = MAY_LOAD.filter(([name]) => name.test(file)).map(([, module]) => module);
    for (const [, module] of text.matchAll(RUNS_CODE))
      assert.ok(allowed.includes(module), `${file} loads ${module}, which runs code`);
    for (const { line, region } of regions(text)) {
      // zod asks once whether the platform allows code from strings; chatx has told it not to make any.
      if (region.includes("node_modules/zod/")) continue;
      assert.ok(!/\beval\(|\bnew Function\b|[^.\w]Function\(/.test(line), `${file}: ${line.trim()}`);
    }
  }
}

/** Each line with the module that it was bundled from, as the bundler notes it. */
function regions(text) {
  let region = "";
  return text.split("\n").map((line) => {
    const start = /^\s*\/\/(?:#region)? (\S+\.[cm]?[jt]s)$/.exec(line);
    if (start !== null) region = start[1];
    return { line, region };
  });
}

function filesBelow(path) {
  return readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Every package is pinned by its content, and none runs a script when it is installed. */
function checkLockFile() {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  // Watching files on macOS; optional, and not installed elsewhere.
  const mayHaveScript = new Set(["node_modules/fsevents"]);
  for (const [path, entry] of Object.entries(packages)) {
    if (path === "") continue;
    assert.match(entry.integrity ?? "", /^sha512-/, `${path} has no integrity`);
    // Without an address npm takes the registry that the user has set.
    if (entry.resolved !== undefined) assert.match(entry.resolved, /^https:\/\/registry\.npmjs\.org\//);
    if (entry.hasInstallScript)
      assert.ok(mayHaveScript.has(path) && entry.optional, `${path} has an install script`);
  }
  assert.deepEqual(packages[""].dependencies ?? {}, {}, "what chatx needs is bundled");
}

/** What publint and attw say of the packed file. */
async function checkResolution(tarball) {
  const { messages, pkg } = await publint({ pkgDir: join(folder, "package"), strict: true, pack: false });
  assert.deepEqual(
    messages.map((message) => formatMessage(message, pkg)),
    [],
  );
  const manifest = import.meta.resolve("@arethetypeswrong/cli/package.json");
  const attw = fileURLToPath(new URL("dist/index.js", manifest));
  run(process.execPath, [attw, tarball, "--profile", "esm-only", "--format", "ascii"]);
}

/** Installed in an empty folder, without network and scripts, both the command and the library work. */
function checkInstalled(tarball) {
  const app = mkdtempSync(join(folder, "app-"));
  writeFileSync(join(app, "package.json"), '{"name":"app","version":"1.0.0","private":true,"type":"module"}');
  run(
    "npm",
    ["install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", tarball],
    { cwd: app },
  );
  assert.deepEqual(
    readdirSync(join(app, "node_modules")).filter((entry) => !entry.startsWith(".")),
    [name],
  );
  const chatx = join(app, "node_modules", ".bin", "chatx");
  const input = readFileSync(join(root, "fixtures/smartsupp/valid/anonymous-visitor.json"));
  assert.equal(run(chatx, ["--version"], { cwd: app }).trim(), version);
  const [conversation] = JSON.parse(
    run(chatx, ["convert", "--to", "ferndesk", "--quiet"], { cwd: app, input }),
  ).conversations;
  assert.equal(conversation.id, "smartsupp-4711-90214");
  for (const args of [["validate"], ["formats"], ["schema", "userlike"]])
    assert.notEqual(run(chatx, args, { cwd: app, input }), "");
  const script = `
    import { convert, detect, formats, planReplay, validate } from "${name}";
    for (const one of [convert, detect, planReplay, validate]) if (typeof one !== "function") throw new Error("no function");
    const payload = ${JSON.stringify(input.toString("utf8"))};
    for (const to of ["ferndesk", "jtel"]) {
      for await (const { json } of convert(payload, { to })) if (json.length < 100) throw new Error(to);
      for await (const { request } of planReplay(payload, { to, url: "https://hooks.example.com/" })) {
        if (request === undefined) throw new Error(to);
      }
    }
    console.log(formats.map(({ id }) => id).join(" "));`;
  const ids = run(process.execPath, ["--input-type=module", "-e", script], { cwd: app }).trim();
  assert.match(ids, /\bferndesk\b.*\bsmartsupp\b/);
}
