import { readFile } from "node:fs/promises";
import { messageOf } from "../../diagnostics/catalogue.ts";
import { escapeControls } from "../../diagnostics/quote.ts";
import { lookInside } from "../../enclosures/look-inside.ts";
import type { InputRecord } from "../../input/types.ts";
import { parseJson } from "../../json/parse.ts";
import { decodeUtf8 } from "../../json/text.ts";
import { isObject, type JsonObject } from "../../json/value.ts";
import { plainObject, type Refusal, whyNotSent } from "../../plan/payload.ts";
import { knownNames } from "../../template/known-names.ts";
import { dateTimeText, jsonProvider, textsProvider } from "../../template/providers.ts";
import { Redactor, SecretTooShort } from "../../template/redact.ts";
import {
  compileRequest,
  environmentSecrets,
  type RenderedParts,
  type RequestTemplate,
  renderRequest,
} from "../../template/request.ts";
import { sampleProvider } from "../../template/samples.ts";
import type { Place, Provider } from "../../template/types.ts";
import { isSecretName } from "../../trust/secret-names.ts";
import { eachRecord, type InputOptions, inputOptions } from "../each-record.ts";
import { ExitCode, reasonOf, UsageError } from "../exit-codes.ts";
import type { Io } from "../io.ts";
import { countOption, sourceFormatOption, zoneOption } from "../options.ts";
import { type ReadSettings, recordProviders } from "../record-values.ts";
import { FindingsToStderr } from "../replay/findings.ts";
import { contentTypeOption } from "../replay/options.ts";
import { variablesOption } from "../replay/units.ts";

interface TemplateFlags extends InputOptions {
  readonly against?: string;
  readonly record?: string;
  readonly contentType?: string;
  readonly url?: string;
  readonly header?: readonly string[];
  readonly var?: readonly string[];
  readonly values?: string;
  readonly from?: string;
  readonly timeZone?: string;
}

/** `chatx template check FILE`: what stands where, or what it renders to for a record. Contacts nothing. */
export async function runTemplateCheck(
  file: string,
  rawFlags: Record<string, unknown>,
  io: Io,
): Promise<number> {
  const flags = rawFlags as unknown as TemplateFlags;
  const vars = variablesOption(flags.var ?? []);
  const zone = zoneOption(flags.timeZone ?? "UTC");
  const from = sourceFormatOption(flags.from ?? "auto", "--from");
  const wanted = countOption(flags.record ?? "1", "--record");
  if (wanted < 1) throw new UsageError("--record takes a number from 1 on");
  if (flags.contentType !== undefined) contentTypeOption(flags.contentType, "--content-type");
  const limits = inputOptions(flags);
  const values = flags.values === undefined ? {} : await valuesFrom(flags.values);
  const template = compileRequest(
    {
      body: await textOf(file),
      bodyName: file,
      headers: flags.header ?? [],
      url: flags.url,
      contentType: flags.contentType,
    },
    knownNames({ vars: Object.keys(vars), env: setNames(io.env), isSecretHeader: isSecretName }),
  );
  const redactor = secretsOf(template, io);
  if (flags.against === undefined) {
    io.stdout.push(listing(template, file));
    return ExitCode.done;
  }
  const now = Date.now();
  const shared: [string, Provider][] = [
    ["var", textsProvider(vars)],
    ["env", textsProvider(io.env)],
    ["dateTime", jsonProvider(dateTimeText(now, zone.offsetMsAt(now)))],
    ...Object.entries(values).map(([root, value]): [string, Provider] => [root, jsonProvider(value)]),
  ];
  const settings: ReadSettings = { zone, ...(from === undefined ? {} : { from }) };
  const findings = await FindingsToStderr.open(io);
  let outcome: boolean | undefined;
  const input = await eachRecord([flags.against], { ...limits, failFast: true, quiet: true }, io, {
    record(record) {
      if (record.number < wanted) return true;
      const refusal = plainObject(record) === undefined ? whyNotSent(record, settings) : undefined;
      if (refusal !== undefined) {
        tellRefusal(record, refusal, findings, io);
        outcome = false;
        return false;
      }
      const take = (opened: InputRecord) => {
        outcome = show(template, opened, [...recordProviders(opened, settings), ...shared], redactor, io);
        return false;
      };
      const opened = lookInside(record);
      return opened instanceof Promise ? opened.then(take) : take(opened);
    },
    sourceFinding: (source, code, args) => {
      const message = messageOf({ code, args } as Parameters<typeof messageOf>[0]);
      io.stderr.push(`chatx: ${escapeControls(source)}: ${message}\n`);
    },
    drain: () => io.stdout.drain(),
  });
  if (outcome !== undefined) return outcome ? ExitCode.done : ExitCode.invalid;
  if (input.exitCode !== ExitCode.done) return input.exitCode;
  throw new UsageError(`${flags.against} has no record ${wanted}`);
}

function setNames(env: Io["env"]): string[] {
  return Object.keys(env).filter((name) => env[name] !== undefined);
}

/** Text of a file of the user's own, strictly UTF-8. */
async function textOf(path: string): Promise<string> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new UsageError(`cannot read ${path}: ${reasonOf(error)}`);
  });
  const text = decodeUtf8(bytes);
  if (text === undefined) throw new UsageError(`${path} is not UTF-8`);
  return text;
}

async function valuesFrom(path: string): Promise<JsonObject> {
  const parsed = parseJson(await textOf(path));
  if (parsed.ok && isObject(parsed.value)) return parsed.value;
  throw new UsageError(`--values takes a JSON object of names and values; ${path} is none`);
}

function secretsOf(template: RequestTemplate, io: Io): Redactor {
  const redactor = new Redactor();
  try {
    for (const [name, secret] of environmentSecrets(template, io.env)) redactor.add(secret, `$${name}`);
  } catch (error) {
    if (!(error instanceof SecretTooShort)) throw error;
    throw new UsageError(error.message, "what is no secret can be given with --var");
  }
  return redactor;
}

const PLACES: Readonly<Record<Place, string>> = {
  "json-string": "inside a JSON string",
  "json-value": "a JSON value",
  "xml-text": "XML text",
  "xml-attribute": "an XML attribute",
  "form-value": "a form value",
  text: "plain text",
  "header-value": "a header",
  "header-quoted": "a header, between quotes",
  "cookie-value": "a cookie",
  "url-segment": "a path segment",
  "url-query": "a query value",
  "url-fragment": "a fragment",
};

function listing(template: RequestTemplate, file: string): string {
  const { syntax, contentType } = template.body!;
  const lines = template.holes.map(
    ({ line, column, name, place, isSecret }) =>
      `  ${line}:${column}  $${name}  ${PLACES[place]}${isSecret ? ", secret" : ""}\n`,
  );
  const count = lines.length === 1 ? "1 variable" : `${lines.length} variables`;
  return `${escapeControls(file)}: ${syntax} (${escapeControls(contentType)}), ${count}\n${lines.join("")}`;
}

function placeOf({ source, start }: InputRecord): string {
  return `${escapeControls(source)}:${start.line}:${start.column}`;
}

/** What `replay` would not send cannot be shown. */
function tellRefusal(record: InputRecord, refusal: Refusal, findings: FindingsToStderr, io: Io): void {
  if (refusal.kind === "rejected") findings.show(refusal.findings);
  else io.stderr.push(`chatx: ${placeOf(record)}: the record has no body\n`);
}

/** @returns Whether the template could be rendered for the record. */
function show(
  template: RequestTemplate,
  record: InputRecord,
  providers: readonly (readonly [string, Provider])[],
  redactor: Redactor,
  io: Io,
): boolean {
  const known = new Map(providers);
  const result = renderRequest(template, {
    variables: withSamples(template, known, io),
    onSecret: (secret, name, isNumber) => redactor.add(secret, `$${name}`, isNumber),
  });
  if (!result.ok) {
    io.stderr.push(`chatx: ${placeOf(record)}: ${result.problem.reason}\n`);
    return false;
  }
  io.stdout.push(shownRequest(result.value, template, redactor, io.stdoutIsTerminal));
  return true;
}

/** What only a run can know (the token, jtel's report) is shown by a sample, and said to be one. */
function withSamples(
  template: RequestTemplate,
  known: ReadonlyMap<string, Provider>,
  io: Io,
): Map<string, Provider> {
  const all = new Map(known);
  for (const { root } of template.holes) {
    if (all.has(root)) continue;
    all.set(root, sampleProvider(root));
    io.stderr.push(
      `chatx: $${root} has no value before a run; a sample stands for it (--values FILE gives one)\n`,
    );
  }
  return all;
}

function shownRequest(
  { url, headers, body }: RenderedParts,
  template: RequestTemplate,
  redactor: Redactor,
  isTerminal: boolean,
): string {
  const head: string[] = url === undefined ? [] : [`POST ${url}`];
  head.push(...headers.map(([name, value]) => `${name}: ${value}`));
  if (head.length > 0 && !headers.some(([name]) => name.toLowerCase() === "content-type")) {
    head.push(`Content-Type: ${template.body!.contentType}`);
  }
  const lines = head.length === 0 ? "" : `${head.join("\n")}\n\n`;
  const text = redactor.redact(lines + decodeUtf8(body!)!);
  const shown = isTerminal ? text.replace(/[^\n\t]+/g, escapeControls) : text;
  return shown.endsWith("\n") ? shown : `${shown}\n`;
}
