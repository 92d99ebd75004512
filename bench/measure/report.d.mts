export interface Row {
  readonly floor?: string;
  readonly figure?: string;
  readonly value?: number;
  readonly unit?: "x" | "MB" | "ms" | "MB/s";
  readonly note?: string;
  readonly unjudged?: boolean;
}

export function verdict(row: Row): "yes" | "no" | "not judged" | "not measured" | "";
export function table(rows: readonly Row[]): string;
export function finish(rows: readonly Row[]): void;
