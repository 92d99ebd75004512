import { readFileSync } from "node:fs";
import { Script } from "node:vm";
import type { CodeCache } from "./code-cache.ts";

type Chunk = (
  exports: object,
  load: (name: string) => unknown,
  module: { exports: unknown },
  filename: string,
  folder: string,
) => void;

/**
 * The built chunks, loaded as Node loads CommonJS, but with the code that V8 compiled in an earlier run. Node 20 has
 * no such cache of its own, and compiling takes longer than all else at the start. Nothing is compiled here but files
 * of our own package.
 */
export class Chunks {
  private readonly folder: string;
  private readonly cache: CodeCache;
  private readonly loaded = new Map<string, { exports: unknown }>();

  constructor(folder: string, cache: CodeCache) {
    this.folder = folder;
    this.cache = cache;
  }

  /** What a chunk (`./name.cjs`) exports; any other name is one of Node's own modules, as all packages are bundled. */
  load = (name: string): unknown => {
    if (!name.startsWith("./")) return process.getBuiltinModule(name);
    const known = this.loaded.get(name);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    this.loaded.set(name, module);
    const filename = `${this.folder}/${name.slice(2)}`;
    const run = this.compile(name.slice(2), filename);
    run(module.exports, this.load, module, filename, this.folder);
    return module.exports;
  };

  private compile(name: string, filename: string): Chunk {
    const source = readFileSync(filename, "utf8");
    const cachedData = this.cache.get(name);
    const script = new Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
      filename,
      ...(cachedData === undefined ? {} : { cachedData }),
    });
    this.cache.note(name, script);
    return script.runInThisContext() as Chunk;
  }
}
