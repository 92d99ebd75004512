import type { ChatInput, ReadOptions } from "./types.ts";

/** @throws {TypeError} For what is no input at all. */
export function checkInput(input: ChatInput): void {
  if (typeof input === "string") return;
  const isRead =
    typeof input === "object" &&
    input !== null &&
    (input instanceof Uint8Array || Symbol.iterator in input || Symbol.asyncIterator in input);
  if (!isRead) throw new TypeError("the input is neither text nor bytes nor an iterable of them");
}

/** @throws {TypeError} Where options are needed and there are none. */
export function checkOptions(options: object): void {
  if (typeof options !== "object" || options === null) throw new TypeError("the options are missing");
}

/** @throws {TypeError} For limits that are none. */
export function checkLimits({ maxRecordBytes, maxInflatedBytes }: ReadOptions): void {
  for (const [name, limit] of Object.entries({ maxRecordBytes, maxInflatedBytes })) {
    if (limit !== undefined && (!Number.isSafeInteger(limit) || limit < 1)) {
      throw new TypeError(`${name} is no number of bytes: ${limit}`);
    }
  }
}

/** @throws {TypeError} For another word than those of the option. */
export function checkedChoice<T extends string>(value: T, name: string, choices: readonly T[]): T {
  if (choices.includes(value)) return value;
  throw new TypeError(`${name} is one of ${choices.join(", ")}, not ${String(value)}`);
}

export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** @throws {TypeError} For a share that is none. */
export function checkedShard(shard: Shard): Shard {
  const { index, count } = shard;
  const isShard = Number.isSafeInteger(index) && Number.isSafeInteger(count) && index >= 1 && index <= count;
  if (!isShard) throw new TypeError(`shard is none: ${index} of ${count}`);
  return shard;
}
