import { defineConfig } from "rolldown";

// The command is CommonJS in chunks that are loaded when a command first needs them: Node starts it faster than ES
// modules. The library is ES modules. Both hold their dependencies, so an installed chatx pulls in nothing else.
const shared = { platform: "node", treeshake: true, plugins: [withoutChildProcess(), withoutWebFonts()] };

/** What the command needs before it knows what it is asked for. */
function isNeededToStart(id) {
  return (
    /\/src\/cli\/(main|program|describe\/[a-z]+|io|node-io|guard-options|bug-report|output-file|write-bytes|exit-codes|version)\.ts/.test(
      id,
    ) ||
    /\/src\/(diagnostics\/quote|template\/parse)\.ts/.test(id) ||
    /\/node_modules\/commander\//.test(id)
  );
}

/** The rooms that every run over payloads goes through; what only some runs need stays apart. */
function isNeededForWork(id) {
  return (
    /\/src\/(json|diagnostics|input|formats|model|repeats|validate)\//.test(id) ||
    /\/src\/convert\/(fast\/|tally)/.test(id) ||
    /\/src\/cli\/(each-record|options|progress|reports|output-paths|input-filter)\.ts/.test(id) ||
    /\/src\/replay\/journal\/recognise\.ts/.test(id) ||
    /\/src\/cli\/commands\/validate\.ts/.test(id) ||
    /\/src\/report\/(index|text|frame|width|words|safe)\.ts/.test(id) ||
    /\/node_modules\/(zod|get-east-asian-width)\//.test(id)
  );
}

/** commander can start other programs as subcommands. chatx never does, and loading what it takes costs time. */
function withoutChildProcess() {
  const id = "\0no-child-process";
  return {
    name: "without-child-process",
    resolveId: (source) => (source === "node:child_process" ? id : undefined),
    load: (loaded) => (loaded === id ? "export default {};" : undefined),
  };
}

/** fontkit can read compressed web fonts, for which it brings 200 kB. They cannot go into a PDF as they are. */
function withoutWebFonts() {
  const id = "\0no-brotli";
  return {
    name: "without-web-fonts",
    resolveId: (source) => (source === "brotli/decompress.js" ? id : undefined),
    load: (loaded) =>
      loaded === id ? 'export default () => { throw new Error("web fonts are not read"); };' : undefined,
  };
}

/**
 * pdf.js makes code from strings in four places: to find the global object, to load modules, to see whether it may, and
 * to speed up functions that a PDF holds. None of them is needed, so none is left in.
 */
function withoutCodeFromStrings() {
  const replacements = [
    // What its file system for scripts in PDF files, which are not run, calls home.
    [/"\/home\/web_user"/g, '"/"'],
    [/Function\('return this'\)\(\)/g, "globalThis"],
    [/return Function\('return require\("' \+ name \+ '"\)'\)\(\);/g, "return undefined;"],
    [/new Function\(""\);/g, 'throw new Error("no code from strings");'],
    [/return new Function\("src", "srcOffset", "dest", "destOffset", compiled\);/g, "return null;"],
  ];
  return {
    name: "without-code-from-strings",
    transform(code, id) {
      if (!/\/pdfjs-dist\//.test(id)) return undefined;
      return replacements.reduce((text, [what, by]) => text.replace(what, by), code);
    },
  };
}

/** How the command's files are written. A third of the source is comments and white space, and Node reads all of it. */
const written = {
  dir: "cli",
  format: "cjs",
  comments: false,
  minify: { compress: true, mangle: true, codegen: { removeWhitespace: true } },
};

/** The command. Folders are those below dist/. */
const command = {
  ...shared,
  input: { main: "src/cli/main.ts" },
  output: {
    ...written,
    // What convert and validate both need is one file: each file more costs a look-up and a read at the start.
    codeSplitting: {
      groups: [
        { name: "start", test: isNeededToStart, priority: 2 },
        { name: "work", test: isNeededForWork, priority: 1 },
      ],
    },
    // The hash tells code that V8 compiled of one build from that of another.
    entryFileNames: "[name]-[hash].cjs",
    chunkFileNames: "[name]-[hash].cjs",
  },
};

/** What loads the command's chunks; it is told the name of the first. */
const launcher = (mainChunk) => ({
  ...shared,
  input: { launch: "src/launch/launch.ts" },
  transform: { define: { MAIN_CHUNK: JSON.stringify(`./${mainChunk}`) } },
  output: { ...written, entryFileNames: "[name].cjs" },
});

const library = {
  ...shared,
  input: { index: "src/index.ts" },
  output: {
    dir: "lib",
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
  },
};

/** The thread that reads PDF files: pdf.js is loaded nowhere else. */
const pdfReader = {
  ...shared,
  plugins: [withoutChildProcess(), withoutCodeFromStrings()],
  input: { "read-worker": "src/document/read-worker.ts" },
  output: { ...written, dir: "document", format: "esm", entryFileNames: "[name].mjs" },
};

export default defineConfig([command, library, pdfReader]);
export { launcher };
