import type { MissingGlyph } from "../document/missing-glyphs.ts";
import { encodedReport } from "../enclosures/encoded-report.ts";
import type { JsonObject } from "../json/value.ts";
import type { Conversation } from "../model/conversation.ts";
import { type BodyTemplate, compileBody } from "../template/body.ts";
import type { RenderContext } from "../template/fill.ts";
import { type KnownNames, knownNames } from "../template/known-names.ts";
import type { NameNode } from "../template/names.ts";
import { TemplateError } from "../template/parse.ts";
import { jsonProvider } from "../template/providers.ts";
import { nodeOf, type ReportBytes, reportProvider, xmlTemplateProvider } from "../template/report-export.ts";
import type { RequestTemplate } from "../template/request.ts";
import type { Hole, Provider } from "../template/types.ts";

/** A template and what to call it in its faults. */
export interface NamedText {
  readonly text: string;
  readonly name: string;
}

/** Makes the PDF reports of a run, all with the same fonts. */
export interface ReportMaker {
  /** The same bytes each time. */
  make(conversation: Conversation): Promise<Uint8Array>;
  /** What the pages show as boxes, since no font has it. */
  missing(conversation: Conversation): readonly MissingGlyph[];
}

/** What a replay knows of jtel's report export: the values of a profile, and how a report is made. */
export interface ExportValues {
  readonly clientsId?: string;
  readonly chatConnector: { readonly id?: string; readonly name?: string };
  readonly pdata: JsonObject;
  readonly xmlTemplate?: NamedText;
  readonly reportBytes: ReportBytes;
  /** What makes the reports; loaded when it is first asked for. */
  readonly maker: () => Promise<ReportMaker>;
}

type Unavailable = ReadonlyMap<string, string>;

/** The names of the export as a template may use them, so that one without a value is told before anything is sent. */
export function exportNames(
  values: ExportValues,
  unavailable: Unavailable,
): { readonly nodes: ReadonlyMap<string, NameNode>; readonly unavailable: Unavailable } {
  const { clientsId, chatConnector, pdata, xmlTemplate } = values;
  const without = (setting: string): NameNode => ({
    unavailable: `has no value without a profile that sets ${setting}`,
  });
  const nodes = new Map<string, NameNode>([
    ["ClientsID", clientsId === undefined ? without("clientsId") : {}],
    [
      "chatConnector",
      {
        hasValue: false,
        members: new Map([
          ["id", chatConnector.id === undefined ? without("chatConnector.id") : {}],
          ["name", chatConnector.name === undefined ? without("chatConnector.name") : {}],
        ]),
      },
    ],
    ["pdata", Object.keys(pdata).length === 0 ? without("pdata") : nodeOf(pdata)],
    ...(xmlTemplate === undefined ? [["xmlTemplate", without("xmlTemplate")] as const] : []),
  ]);
  return { nodes, unavailable };
}

/** The values that are the same for all messages. */
export function exportProviders({ clientsId, chatConnector, pdata }: ExportValues): [string, Provider][] {
  return [
    ...(clientsId === undefined ? [] : [["ClientsID", jsonProvider(clientsId)] as [string, Provider]]),
    ["chatConnector", jsonProvider({ ...chatConnector })],
    ["pdata", jsonProvider(pdata)],
  ];
}

/** The XML template of a profile, checked. */
export class XmlTemplate {
  private readonly body: BodyTemplate;
  readonly holes: readonly Hole[];

  /** @throws {TemplateError} */
  constructor({ text, name }: NamedText, names: KnownNames) {
    const unavailable = new Map(names.unavailable).set(
      "xmlTemplate",
      "cannot be named in the XML template itself",
    );
    try {
      this.body = compileBody(text, knownNames({ ...names, unavailable }), "application/xml");
    } catch (error) {
      throw error instanceof TemplateError ? error.in(name) : error;
    }
    this.holes = this.body.pieces.filter((piece): piece is Hole => !(piece instanceof Uint8Array));
  }

  provider(context: RenderContext): Provider {
    return xmlTemplateProvider(this.body, context, (text) => Buffer.from(text, "utf8").toString("base64"));
  }
}

/** The request with the variables of the XML template among its own, where it names that. */
export function withXmlHoles(template: RequestTemplate, xml: XmlTemplate | undefined): RequestTemplate {
  const isNamed = xml !== undefined && template.holes.some(({ root }) => root === "xmlTemplate");
  return isNamed ? { ...template, holes: [...template.holes, ...xml.holes] } : template;
}

/** Reports by the payload that they are of; each is made once and goes with its payload. */
export class Reports {
  /** Characters that no font has, in all reports made. */
  readonly missing = new Set<string>();
  private readonly values: Pick<ExportValues, "maker" | "reportBytes">;
  private readonly made = new WeakMap<Uint8Array, Promise<Provider>>();
  private readonly ready = new WeakMap<Uint8Array, Provider>();

  constructor(values: Pick<ExportValues, "maker" | "reportBytes">) {
    this.values = values;
  }

  /** Makes the report of a payload that has none yet. */
  async prepare(payload: Uint8Array, conversation: Conversation): Promise<void> {
    let making = this.made.get(payload);
    if (making === undefined) {
      making = this.make(conversation);
      this.made.set(payload, making);
    }
    this.ready.set(payload, await making);
  }

  of(payload: Uint8Array): Provider | undefined {
    return this.ready.get(payload);
  }

  private async make(conversation: Conversation): Promise<Provider> {
    const maker = await this.values.maker();
    for (const { character } of maker.missing(conversation)) this.missing.add(character);
    const { base64, bytes } = encodedReport(await maker.make(conversation));
    return reportProvider(base64, bytes, this.values.reportBytes);
  }
}
