import { Chunks } from "./chunks.ts";
import { CodeCache } from "./code-cache.ts";

/** The chunk that holds `main` and `endProcess`; the build puts its name here. */
declare const MAIN_CHUNK: string;

interface Main {
  main(argv: readonly string[]): Promise<number>;
  endProcess(code: number): void;
}

/** Codes of runs that went as asked. What another run had compiled may be half of what a good one needs. */
const LAST_GOOD_CODE = 1;

/**
 * Runs the command and ends the process.
 *
 * @param folder  Where the built chunks are, and where what V8 made of them is kept from run to run.
 * @param argv  Without the program's own name.
 */
export async function launch(folder: string, argv: readonly string[]): Promise<void> {
  const cache = new CodeCache(folder, argv[0] ?? "");
  const chunks = new Chunks(folder, cache);
  const { main, endProcess } = chunks.load(MAIN_CHUNK) as Main;
  const code = await main(argv);
  if (code <= LAST_GOOD_CODE) cache.save();
  endProcess(code);
}
