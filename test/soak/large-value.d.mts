export function pourValue(options: { readonly megabytes: number; readonly limit: string }): Promise<{
  readonly code: number | null;
  readonly report: {
    readonly findings: readonly {
      readonly code: string;
      readonly message: string;
      readonly line: number;
      readonly column: number;
      readonly record: number;
    }[];
    readonly summary: { readonly records: number; readonly valid: number; readonly invalid: number };
  };
  readonly peakBytes: number;
}>;
