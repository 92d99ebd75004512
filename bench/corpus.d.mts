import type { Writable } from "node:stream";

export interface CorpusOptions {
  readonly format: string;
  readonly shape: string;
  readonly sizeBytes: number;
  readonly seed: number;
}

export interface CorpusTotals {
  readonly bytes: number;
  readonly records: number;
  /** How many conversations a conversion to Ferndesk writes. */
  readonly conversations: number;
}

export const corpusKinds: readonly { readonly format: string; readonly shape: string }[];
export function corpusChunks(options: CorpusOptions): Generator<Buffer, CorpusTotals, void>;
export function corpusFile(options: CorpusOptions): Promise<CorpusTotals & { readonly file: string }>;
export function writeCorpus(options: CorpusOptions, file: string): Promise<CorpusTotals>;
export function pourCorpus(options: CorpusOptions, stream: Writable): Promise<CorpusTotals>;
export function parseSize(text: string): number;
