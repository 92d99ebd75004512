import { defineConfig } from "rolldown";

// The command is CommonJS in chunks that are loaded when a command first needs them: Node starts it faster than ES
// modules. The library is ES modules. Both hold their dependencies, so an installed chatx pulls in nothing else.
const shared = { platform: "node", treeshake: true, plugins: [withoutChildProcess()] };

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
      // A third of the source is comments, and Node reads all of it at each start.
      comments: false,
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
