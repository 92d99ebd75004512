import type { Report } from "../diagnostics/diagnostic.ts";
import type { Finding } from "../diagnostics/finding.ts";
import { reportZodIssues } from "../diagnostics/from-zod.ts";
import { reportUnknownFields } from "../formats/unknown-fields.ts";
import { stepsOf } from "../json/pointer.ts";
import {
  digitsOf,
  isArray,
  isNumeric,
  isObject,
  type Json,
  type JsonObject,
  member,
  plainView,
} from "../json/value.ts";
import { parsePdataLiteral } from "./pdata-literal.ts";
import { ProfilePlaces } from "./profile-places.ts";
import { readYaml, type YamlFile } from "./read-yaml.ts";
import { ProfileShape } from "./schema.ts";

/** A template that stands in the profile, or in a file that it names. */
export type ProfileTemplate =
  | { readonly kind: "text"; readonly text: string }
  /** From the folder of the profile. */
  | { readonly kind: "file"; readonly path: string };

/** One of the two requests. All texts are templates but the method and the content type. */
export interface ProfileRequest {
  readonly url?: string;
  /** In capitals. */
  readonly method?: string;
  /** `Name: value` each. */
  readonly headers: readonly string[];
  readonly body?: ProfileTemplate;
  readonly contentType?: string;
}

/** The settings of a report export, checked in shape; its templates are not compiled. */
export interface Profile {
  /** As the user named it. */
  readonly source: string;
  readonly token?: ProfileRequest;
  readonly report?: ProfileRequest;
  readonly xmlTemplate?: ProfileTemplate;
  readonly clientsId?: string;
  readonly chatConnector: { readonly id?: string; readonly name?: string };
  readonly pdata: JsonObject;
  /** Whether a setting is there, by its pointer. */
  has(pointer: string): boolean;
  /** Line of a setting in the file, from 1, by its pointer; of the nearest one above that is there. */
  lineOf(pointer: string): number;
  /**
   * A fault of a template as a finding at its place in the profile; undefined where the text is none of the profile's.
   *
   * @param text  The template that is at fault. @param offset  UTF-16 index in it.
   */
  templateFault(text: string, offset: number, problem: string): Finding | undefined;
}

export type ProfileResult =
  | { readonly ok: true; readonly profile: Profile }
  /** In the order of the file; all are errors. */
  | { readonly ok: false; readonly findings: readonly Finding[] };

/**
 * Reads a profile: YAML, or JSON. Reads no file and no environment, and evaluates nothing.
 *
 * @param source  Names it in findings.
 */
export function readProfile(text: string, source: string): ProfileResult {
  const places = new ProfilePlaces(text, source);
  const read = readYaml(text);
  if (!read.ok) {
    const faults = read.faults.map(({ kind, problem, pointer, place }) =>
      places.finding(
        kind === "syntax" ? "profile/syntax" : "profile/not-allowed",
        { problem },
        pointer,
        place,
      ),
    );
    return { ok: false, findings: faults };
  }
  const { file } = read;
  const findings = checkShape(file, places);
  const pdata = readPdata(file, text, places, findings);
  if (findings.length > 0) return { ok: false, findings: findings.sort((a, b) => a.offset - b.offset) };
  return { ok: true, profile: profileFrom(file, pdata, places) };
}

function checkShape({ value, places: known }: YamlFile, places: ProfilePlaces): Finding[] {
  const findings: Finding[] = [];
  const report: Report = (code, pointer, args, target = "value") => {
    const place = known.get(pointer);
    const at = (target === "key" ? place?.key : place?.value) ?? { start: 0, end: 1 };
    if (code !== "schema/unknown-field") findings.push(places.finding(code, args, pointer, at));
    else {
      const { field, nearest } = args as { field: string; nearest?: string };
      const setting = { name: field, ...(nearest === undefined ? {} : { nearest }) };
      findings.push(places.finding("profile/unknown-setting", setting, pointer, at));
    }
  };
  const shape = ProfileShape();
  const view = plainView(value);
  const result = shape.safeParse(view);
  if (!result.success) reportZodIssues(result.error.issues, value, report);
  reportUnknownFields(shape, view, report);
  return findings;
}

/** jtel's own spelling without quotes around it is a flow mapping to YAML, with names like `name:'John Doe'`. */
function readPdata(file: YamlFile, text: string, places: ProfilePlaces, findings: Finding[]): JsonObject {
  const pointer = "/pdata";
  const value = member(file.value, "pdata");
  const place = file.places.get(pointer)?.value;
  if (value === undefined || place === undefined) return {};
  const located = file.texts.get(pointer);
  if (located !== undefined) {
    const literal = parsePdataLiteral(located.text);
    if (literal.ok) return literal.value;
    const { problem, at } = literal.fault;
    findings.push(places.finding("profile/pdata", { problem }, pointer, located.placeOf(at)));
    return {};
  }
  if (!isObject(value)) return {};
  if (text[place.start] !== "{") return value;
  const literal = parsePdataLiteral(text.slice(place.start, place.end));
  if (literal.ok) return literal.value;
  if (!Object.keys(value).some((name) => /^[^'"]*:\s*['"]/.test(name))) return value;
  const { problem, at } = literal.fault;
  const start = place.start + at;
  findings.push(places.finding("profile/pdata", { problem }, pointer, { start, end: start + 1 }));
  return {};
}

function profileFrom(file: YamlFile, pdata: JsonObject, places: ProfilePlaces): Profile {
  const { value } = file;
  const connector = member(value, "chatConnector");
  const token = requestFrom(member(value, "token"));
  const report = requestFrom(member(value, "report"));
  const xmlTemplate = templateFrom(member(value, "xmlTemplate"));
  return {
    source: places.source,
    ...optional("token", token),
    ...optional("report", report),
    ...optional("xmlTemplate", xmlTemplate),
    ...optional("clientsId", textFrom(member(value, "clientsId"))),
    chatConnector: {
      ...optional("id", textFrom(member(connector, "id"))),
      ...optional("name", textFrom(member(connector, "name"))),
    },
    pdata,
    has: (pointer) => file.places.has(pointer),
    lineOf: (pointer) => places.lineOf(file, pointer),
    templateFault: (text, offset, problem) => templateFault(file, places, text, offset, problem),
  };
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });
}

function requestFrom(value: Json | undefined): ProfileRequest | undefined {
  if (value === undefined) return undefined;
  return {
    ...optional("url", textFrom(member(value, "url"))),
    ...optional("method", textFrom(member(value, "method"))?.toUpperCase()),
    headers: headersFrom(member(value, "headers")),
    ...optional("body", templateFrom(member(value, "body"))),
    ...optional("contentType", textFrom(member(value, "contentType"))),
  };
}

function headersFrom(value: Json | undefined): string[] {
  if (isArray(value)) return value.map((header) => String(header).trim());
  if (!isObject(value)) return [];
  return Object.entries(value).map(([name, inner]) => `${name}: ${textFrom(inner)!.trim()}`);
}

function templateFrom(value: Json | undefined): ProfileTemplate | undefined {
  const path = textFrom(member(value, "file"));
  if (path !== undefined) return { kind: "file", path };
  const text = textFrom(value);
  return text === undefined ? undefined : { kind: "text", text };
}

/** A number's digits are kept. */
function textFrom(value: Json | undefined): string | undefined {
  if (typeof value === "string") return value;
  if (isNumeric(value)) return digitsOf(value);
  return typeof value === "boolean" ? String(value) : undefined;
}

function templateFault(
  file: YamlFile,
  places: ProfilePlaces,
  text: string,
  offset: number,
  problem: string,
): Finding | undefined {
  const wanted = text.trim();
  for (const [pointer, located] of file.texts) {
    const isHeader = pointer.includes("/headers/") && located.text.trimEnd().endsWith(wanted);
    if (!isHeader && located.text.trim() !== wanted) continue;
    const skipped = located.text.lastIndexOf(wanted) - text.indexOf(wanted);
    const place = located.placeOf(offset + skipped, nameLength(text, offset));
    return places.finding("profile/template", { problem }, pointer, place);
  }
  for (const [pointer, { key }] of file.places) {
    if (key === undefined || stepsOf(pointer).at(-1) !== wanted) continue;
    return places.finding("profile/template", { problem }, pointer, key);
  }
  return undefined;
}

/** A variable is marked as a whole. */
function nameLength(text: string, offset: number): number {
  return /^\$(?:\{[^}\n]*\}|[A-Za-z_][\w.]*)/.exec(text.slice(offset, offset + 200))?.[0].length ?? 1;
}
