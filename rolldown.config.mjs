import { defineConfig } from "rolldown";

// The command is CommonJS in chunks that are loaded when a command first needs them: Node starts it faster than ES
// modules. The library is ES modules. Both hold their dependencies, so an installed chatx pulls in nothing else.
const shared = { platform: "node", treeshake: true };

/** Folders are those below dist/. */
export default defineConfig([
  {
    ...shared,
    input: { cli: "src/cli/main.ts" },
    output: {
      dir: "cli",
      format: "cjs",
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
