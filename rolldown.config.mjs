import { defineConfig } from "rolldown";

// The command is CommonJS in chunks that are loaded when a command first needs them: Node starts it faster than ES
// modules. The library is ES modules. Both hold their dependencies, so an installed chatx pulls in nothing else.
const shared = { platform: "node", treeshake: true, plugins: [withoutChildProcess()] };

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
    /\/src\/cli\/(each-record|options|progress|reports|output-paths)\.ts/.test(id) ||
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

/** Folders are those below dist/. */
export default defineConfig([
  {
    ...shared,
    input: { cli: "src/cli/main.ts" },
    output: {
      dir: "cli",
      format: "cjs",
      // A third of the source is comments and white space, and Node reads all of it at each start.
      comments: false,
      // What convert and validate both need is one file: each file more costs a look-up and a read at the start.
      codeSplitting: {
        groups: [
          { name: "start", test: isNeededToStart, priority: 2 },
          { name: "work", test: isNeededForWork, priority: 1 },
        ],
      },
      minify: { compress: true, mangle: true, codegen: { removeWhitespace: true } },
      entryFileNames: "[name].cjs",
      chunkFileNames: "[name]-[hash].cjs",
    },
  },
  {
    ...shared,
    input: { index: "src/index.ts" },
    output: {
      dir: "lib",
      format: "esm",
      entryFileNames: "[name].js",
      chunkFileNames: "[name]-[hash].js",
    },
  },
]);
