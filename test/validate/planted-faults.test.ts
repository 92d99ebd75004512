import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { diagnosticCodes, severityOf } from "../../src/diagnostics/catalogue.ts";
import type { Finding } from "../../src/diagnostics/finding.ts";
import { formats } from "../../src/formats/registry.ts";
import { type ValidatedRecord, validate } from "../../src/library/validate.ts";
import { type Run, runChatx } from "../support/run-chatx.ts";
import { runInside } from "../support/run-inside.ts";
import type { Fault } from "./planted/fault.ts";
import { jsonFaults } from "./planted/json-faults.ts";
import { listFaults } from "./planted/list-faults.ts";
import { bytesOf, unmark } from "./planted/marked-text.ts";
import { meaningFaults } from "./planted/meaning-faults.ts";
import { schemaFaults } from "./planted/schema-faults.ts";
import { type PlantedInput, type Shape, shapes } from "./planted/shapes.ts";

const faults: readonly Fault[] = [...jsonFaults, ...schemaFaults, ...meaningFaults];
const named = faults.map((fault) => [`${fault.format}: ${fault.name}`, fault] as const);

/** What is compared of a finding: all that the corpus tells beforehand. */
function seen(finding: Finding, wanted: Pick<Fault, "args"> & { readonly place: PlantedInput["place"] }) {
  const { code, severity, record, pointer, container, line, column, offset, endLine, endColumn } = finding;
  const facts = finding.args as Readonly<Record<string, unknown>>;
  return {
    code,
    severity,
    record,
    pointer,
    container,
    place: { line, column, offset, ...(wanted.place.endLine === undefined ? {} : { endLine, endColumn }) },
    args: Object.fromEntries(Object.keys(wanted.args ?? {}).map((name) => [name, facts[name]])),
  };
}

function expected(fault: Fault, input: PlantedInput, strict: boolean) {
  return {
    code: fault.code,
    severity: severityOf(fault.code, strict),
    record: input.record,
    pointer: input.pointer + fault.pointer,
    container: input.container,
    place: input.place,
    args: fault.args ?? {},
  };
}

interface Reading {
  readonly strict: boolean;
  /** Size of the pieces in which the input comes; the findings must not depend on it. */
  readonly pieceBytes: number;
}

const readings: readonly Reading[] = [
  { strict: false, pieceBytes: 65_536 },
  { strict: true, pieceBytes: 61 },
];

function* inPieces(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

async function judged(bytes: Uint8Array, reading: Reading, format?: string): Promise<ValidatedRecord[]> {
  const options = { strict: reading.strict, ...(format === undefined ? {} : { format }) };
  const records: ValidatedRecord[] = [];
  for await (const record of validate(inPieces(bytes, reading.pieceBytes), options)) records.push(record);
  return records;
}

/** Every record's verdict: sound but for the one at fault, which a warning does not reject. */
function verdicts(input: PlantedInput, severity: string): string[] {
  return Array.from({ length: input.records }, (_, index) =>
    index + 1 === input.record && severity === "error" ? "invalid" : "valid",
  );
}

describe("a fault in a payload is found at its place, and nothing else is, in every shape of input", () => {
  test.each(named)("%s", async (_, fault) => {
    const actual: unknown[] = [];
    const wanted: unknown[] = [];
    for (const { name, canHold, build } of shapes) {
      if (!canHold(fault)) continue;
      const input = build(fault);
      for (const reading of readings) {
        const records = await judged(input.bytes, reading, fault.isFormatGiven ? fault.format : undefined);
        const findings = records.flatMap((record) => record.findings);
        const finding = expected(fault, input, reading.strict);
        actual.push({
          in: name,
          findings: findings.map((one) => seen(one, { ...fault, place: input.place })),
          verdicts: records.map(({ verdict }) => verdict),
        });
        wanted.push({ in: name, findings: [finding], verdicts: verdicts(input, finding.severity) });
      }
    }
    expect(actual).toEqual(wanted);
  });
});

describe("a fault around payloads is found at its place, and every payload is read", () => {
  test.each(listFaults.map((fault) => [fault.name, fault] as const))("%s", async (_, fault) => {
    const { text, place } = unmark(fault.input);
    for (const reading of readings) {
      const records = await judged(bytesOf(text), reading);
      const findings = records.flatMap((record) => record.findings);
      expect(findings.map((one) => ({ ...seen(one, { ...fault, place }), record: 0 }))).toEqual([
        {
          code: fault.code,
          severity: severityOf(fault.code, reading.strict),
          record: 0,
          pointer: fault.pointer,
          container: fault.container,
          place,
          args: fault.args ?? {},
        },
      ]);
      expect(records.filter(({ verdict }) => verdict === "valid").length).toBe(fault.sound);
      expect(records.length).toBe(fault.sound + 1);
    }
  });
});

describe("the corpus", () => {
  test("has faults of every format and in every shape", () => {
    expect(faults.length).toBeGreaterThanOrEqual(80);
    for (const { id } of formats) expect(faults.some(({ format }) => format === id)).toBe(true);
    for (const { name, canHold } of shapes)
      expect(faults.filter(canHold).length, name).toBeGreaterThanOrEqual(25);
  });

  test("has every code about a payload's text, format, shape and meaning", () => {
    const reported = new Set([...faults, ...listFaults].map(({ code }) => code));
    const wanted = diagnosticCodes.filter((code) => /^(?:json|format|schema|meaning)\//.test(code));
    expect(wanted.filter((code) => !reported.has(code))).toEqual([]);
  });
});

/** What a run of the command must have found. */
interface Wanted {
  readonly fault: Fault;
  readonly input: PlantedInput;
  readonly strict: boolean;
}

/** The first fault of each code, each in another shape than the one before. */
function oneOfEachCode(): [string, Fault, Shape][] {
  const codes = [...new Set(faults.map(({ code }) => code))];
  return codes.map((code, index) => {
    const fault = faults.find((one) => one.code === code)!;
    const holding = shapes.filter(({ canHold }) => canHold(fault));
    return [code, fault, holding[index % holding.length]!];
  });
}

/** Each shape with a fault; over all shapes these are of many codes. */
function oneInEachShape(): [string, Fault, Shape][] {
  return shapes.map((shape, index) => {
    const held = faults.filter(shape.canHold);
    return [shape.name, held[(index * 11) % held.length]!, shape];
  });
}

describe("the command prints the same findings", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "chatx-planted-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const argsFor = (fault: Fault, strict: boolean) => [
    ...["validate", "--reporter", "json"],
    ...(strict ? ["--strict"] : []),
    ...(fault.isFormatGiven ? ["--format", fault.format] : []),
  ];

  function expectFinding(run: Pick<Run, "stdout" | "stderr" | "code">, source: string, wanted: Wanted): void {
    const { fault, input, strict } = wanted;
    const finding = expected(fault, input, strict);
    const report = JSON.parse(run.stdout) as { findings: Finding[] };
    expect(report.findings.map((one) => seen(one, { ...fault, place: input.place }))).toEqual([finding]);
    expect(report.findings[0]!.source).toBe(source);
    expect(run.code).toBe(finding.severity === "error" ? 1 : 0);
    expect(run.stderr).toBe("");
  }

  test.each(oneOfEachCode())("from a file: %s", async (code, fault, shape) => {
    const input = shape.build(fault);
    const file = join(folder, `${code.replace("/", "-")}.json`);
    writeFileSync(file, input.bytes);
    const run = await runInside([...argsFor(fault, false), file]);
    expectFinding(run, file, { fault, input, strict: false });
  });

  test.concurrent.each(oneInEachShape())("from standard input: %s", async (_, fault, shape) => {
    const input = shape.build(fault);
    const run = await runChatx(argsFor(fault, true), { stdin: input.bytes });
    expectFinding(run, "<stdin>", { fault, input, strict: true });
  });
});
