import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { root } from "./run-chatx.ts";

/** What `main` of the built command takes; see src/cli/io.ts. */
interface MemoryIo {
  readonly stdout: MemoryWriter;
  readonly stderr: MemoryWriter;
  readonly stdinIsTerminal: boolean;
  readonly stdoutIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly underWay: { add(ended: () => Promise<unknown>): void; allEnded(): Promise<void> };
}

class MemoryWriter {
  text = "";
  push(text: string): void {
    this.text += text;
  }
  async drain(): Promise<void> {}
  async flush(): Promise<void> {}
  makeOptional(): void {}
  makePrompt(): void {}
}

const load = createRequire(import.meta.url);
const chunks = join(root, "dist/cli");

/** The chunk that the launcher starts; its name has a hash in it. */
function mainChunk(): string {
  const name = readdirSync(chunks).find((one) => /^main-.*\.cjs$/.test(one));
  if (name === undefined) throw new Error("the command is not built");
  return name;
}

/**
 * Runs the built command inside this process: for tables of cases, where starting a process for each would take longer
 * than all else.
 */
export async function runInside(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly stdout: string; readonly stderr: string; readonly code: number }> {
  const { main } = load(join(chunks, mainChunk())) as {
    main(argv: readonly string[], io: MemoryIo): Promise<number>;
  };
  const io: MemoryIo = {
    ...{ stdout: new MemoryWriter(), stderr: new MemoryWriter() },
    ...{ stdinIsTerminal: false, stdoutIsTerminal: false, stderrIsTerminal: false },
    env,
    signal: new AbortController().signal,
    underWay: { add: () => undefined, allEnded: async () => undefined },
  };
  const code = await main(args, io);
  return { stdout: io.stdout.text, stderr: io.stderr.text, code };
}
