import { everyMessage, standInReport } from "../../formats/jtel/encode.ts";
import { eachText } from "../../formats/jtel/encoded.ts";
import { jtel } from "../../formats/jtel/index.ts";
import type { EncodedReport, FieldRule, FormatAdapter } from "../../formats/types.ts";
import { parseJson } from "../../json/parse.ts";
import { pointerOf } from "../../json/pointer.ts";
import { decodeUtf8 } from "../../json/text.ts";
import { isObject, type Json, type JsonObject } from "../../json/value.ts";
import type { Conversation } from "../../model/conversation.ts";
import { latest, msOf, type TimeZone } from "../../model/time.ts";
import {
  type ExportValues,
  exportNames,
  exportProviders,
  type NamedText,
  XmlTemplate,
} from "../../plan/export-values.ts";
import type { Profile } from "../../profile/profile.ts";
import { type BodyTemplate, compileBody, renderBody } from "../../template/body.ts";
import { type KnownNames, knownNames } from "../../template/known-names.ts";
import { TemplateError } from "../../template/parse.ts";
import { dateTimeText, jsonProvider } from "../../template/providers.ts";
import { reportProvider } from "../../template/report-export.ts";
import type { Hole, Provider, Rendered } from "../../template/types.ts";
import { UsageError } from "../exit-codes.ts";
import { profileText } from "./load-profile.ts";

/** Roots that only a replay gives values. */
const OF_A_REPLAY = ["payload", "record", "capture", "tokenResponse", "env", "idempotencyKey", "uuid"];

/** The jtel format with the body of a profile, and where in that body the PDF is. */
export interface ProfiledJtel {
  readonly format: FormatAdapter;
  /** JSON Pointers; undefined where the profile has no body, or one that is no JSON. */
  readonly pdfPointers?: ReadonlySet<string>;
}

/**
 * jtel's format for one profile: its body is the customer's own, so a profile decides what is written and where the PDF
 * is looked for. `$dateTime` is the end of the conversation, so that the same input gives the same bytes.
 *
 * @throws {TemplateError} @throws {UsageError} For a body that is no JSON object.
 */
export async function profiledJtel(
  profile: Profile,
  values: ExportValues,
  { zone, isWritten }: { readonly zone: TimeZone; readonly isWritten: boolean },
): Promise<ProfiledJtel> {
  const text = profile.report?.body;
  if (text === undefined) return { format: jtel };
  const named = await profileText(profile, text, "report.body");
  const body = new ExportBody(named, profile, values, zone);
  // Bodies of other kinds can be read where they were captured, and then their PDF may be anywhere.
  if (!body.isJson && !isWritten) return { format: jtel };
  body.requireJson();
  return { format: { ...jtel, fields: body.fields, ...body.writing }, pdfPointers: body.pdfPointers };
}

class ExportBody {
  private readonly name: string;
  private readonly template: BodyTemplate;
  private readonly xml: XmlTemplate | undefined;
  private readonly values: ExportValues;
  private readonly zone: TimeZone;
  private readonly places: readonly (readonly [Hole, string])[];

  constructor({ text, name }: NamedText, profile: Profile, values: ExportValues, zone: TimeZone) {
    const unavailable = new Map(OF_A_REPLAY.map((root) => [root, "has a value in chatx replay only"]));
    const names: KnownNames = exportNames(values, unavailable);
    this.values = values;
    this.zone = zone;
    this.xml = values.xmlTemplate === undefined ? undefined : new XmlTemplate(values.xmlTemplate, names);
    this.template = compiled(text, name, names, profile.report?.contentType);
    this.name = name;
    this.places = this.isJson ? placesIn(this.template, name) : [];
  }

  get isJson(): boolean {
    return this.template.syntax === "json";
  }

  /** @throws {UsageError} For a body of another kind. */
  requireJson(): void {
    if (this.isJson) return;
    throw new UsageError(
      `${this.name} is no JSON (${this.template.contentType}); chatx convert --to jtel writes JSON bodies`,
      "chatx replay --profile sends bodies of any kind",
    );
  }

  get pdfPointers(): Set<string> {
    return new Set(this.places.filter(([hole]) => isPdf(hole)).map(([, pointer]) => pointer));
  }

  get writing(): Pick<FormatAdapter, "write" | "withReport"> {
    return {
      write: (conversation, { report }) => {
        const rendered = this.render(conversation, standInReport(conversation));
        if (!rendered.ok) report("convert/body-not-filled", "", { reason: rendered.problem.reason });
        return { value: rendered.ok ? rendered.value : {}, messageIndex: everyMessage(conversation) };
      },
      withReport: (conversation, report) => {
        const rendered = this.render(conversation, report);
        if (!rendered.ok)
          throw new Error(`the body could be filled a moment ago: ${rendered.problem.reason}`);
        return rendered.value;
      },
    };
  }

  /** What of the conversation goes where, for the loss report. */
  get fields(): FieldRule[] {
    const note = "the body of the profile";
    const rules = this.places.flatMap(([hole, wire]) => {
      const holes = hole.root === "xmlTemplate" ? (this.xml?.holes ?? []) : [hole];
      return holes.flatMap((one) => modelPatterns(one).map((model) => ({ wire, model, isPdf: isPdf(hole) })));
    });
    return [
      ...jtel.fields.filter(({ on }) => on === "read"),
      ...rules.map(({ wire, model, isPdf: isWhole }): FieldRule => {
        return { wire, model, how: isWhole ? "carried" : "derived", on: "write", known: "documented", note };
      }),
    ];
  }

  private render(conversation: Conversation, report: EncodedReport): Rendered<JsonObject> {
    const variables = new Map<string, Provider>([
      ...exportProviders(this.values),
      // The model is plain data; its interface only lacks the index signature that Json asks for.
      ["conversation", jsonProvider(conversation as unknown as Json)],
      ["dateTime", jsonProvider(() => this.endOf(conversation))],
      ["report", reportProvider(report.base64, report.bytes, this.values.reportBytes)],
    ]);
    const context = { variables };
    if (this.xml !== undefined) variables.set("xmlTemplate", this.xml.provider(context));
    const rendered = renderBody(this.template, context);
    if (!rendered.ok) return rendered;
    const parsed = parseJson(decodeUtf8(rendered.value) ?? "");
    if (!parsed.ok || !isObject(parsed.value)) throw new Error("a JSON template gives a JSON object");
    return { ok: true, value: parsed.value };
  }

  private endOf({ endedAt, startedAt, messages }: Conversation): string {
    const end = endedAt ?? latest(messages.map(({ sentAt }) => sentAt)) ?? startedAt;
    const ms = end === undefined ? 0 : msOf(end);
    return dateTimeText(ms, this.zone.offsetMsAt(ms));
  }
}

function compiled(
  text: string,
  name: string,
  names: KnownNames,
  contentType: string | undefined,
): BodyTemplate {
  try {
    return compileBody(text, knownNames(names), contentType);
  } catch (error) {
    throw error instanceof TemplateError ? error.in(name) : error;
  }
}

function isPdf({ root, steps }: Hole): boolean {
  return root === "report" && steps.join(".") === "encoded.base64";
}

/** Where in the model a variable's value comes from. */
function modelPatterns({ root, steps }: Hole): string[] {
  if (root === "report") return ["/**"];
  if (root === "dateTime") return ["/endedAt", "/messages/*/sentAt", "/startedAt"];
  if (root !== "conversation") return [];
  const pointer = pointerOf(steps);
  return [pointer, `${pointer}/**`];
}

/** Letters of no script, which no template is written in. */
const OPEN = "\ue000";
const CLOSE = "\ue001";
const MARK = /\ue000(\d+)\ue001/g;

/** The JSON Pointer of every variable, found by parsing the body with a mark in place of each. */
function placesIn({ pieces }: BodyTemplate, name: string): (readonly [Hole, string])[] {
  const holes: Hole[] = [];
  const text = pieces
    .map((piece) => {
      if (piece instanceof Uint8Array) return decodeUtf8(piece) ?? "";
      const mark = `${OPEN}${holes.push(piece) - 1}${CLOSE}`;
      return piece.place === "json-value" ? `"${mark}"` : mark;
    })
    .join("");
  const parsed = parseJson(text);
  if (!parsed.ok || !isObject(parsed.value)) {
    throw new UsageError(`${name} is no JSON object; chatx convert --to jtel writes objects`);
  }
  const places: (readonly [Hole, string])[] = [];
  eachText(parsed.value, "", (leaf, pointer) => {
    for (const [, index] of leaf.matchAll(MARK)) places.push([holes[Number(index)]!, pointer]);
  });
  return places;
}
