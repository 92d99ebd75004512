import { stringifyJson } from "../json/stringify.ts";
import type { Json } from "../json/value.ts";
import type { TimeZone } from "../model/time.ts";
import type { RenderedTemplates, RenderInput, RequestRenderer } from "../replay/types.ts";
import { knownNames } from "../template/known-names.ts";
import { noConversationProvider, payloadProvider } from "../template/payload.ts";
import {
  captureProvider,
  dateTimeText,
  jsonProvider,
  textsProvider,
  tokenProvider,
} from "../template/providers.ts";
import type { Redactor } from "../template/redact.ts";
import { compileRequest, namesRoot, type RequestTemplate, renderRequest } from "../template/request.ts";
import type { Hole, Provider } from "../template/types.ts";
import {
  type ExportValues,
  exportNames,
  exportProviders,
  type NamedText,
  Reports,
  withXmlHoles,
  XmlTemplate,
} from "./export-values.ts";
import type { WantedFacts } from "./payload.ts";
import { sampleToken } from "./sample-token.ts";

/** What `chatx convert --to jtel` writes without a profile's body. */
export const JTEL_BODY: NamedText = {
  name: "the default body",
  text: '{"conversation":"$conversation.id","report":{"mediaType":"application/pdf","bytes":$report.bytes,"base64":"$report.encoded.base64"}}',
};

export interface RendererOptions {
  readonly url: string;
  /** What to call it in its faults; left out: the URL. */
  readonly urlName?: string;
  /** `Name: value` each. */
  readonly headers: readonly string[];
  readonly body?: { readonly text: string; readonly name: string };
  /** Of the body, or of the payload where there is no body template. */
  readonly contentType?: string;
  readonly vars: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Which headers of a captured request hold secrets, by their names. */
  readonly isSecretHeader: (name: string) => boolean;
  /** Whether there is a token endpoint, whose answer templates may name. */
  readonly hasToken: boolean;
  readonly zone: TimeZone;
  /** Is told of every secret that goes into a request. */
  readonly redactor: Pick<Redactor, "add">;
  /** Roots that have no value here, and why, in words that follow the name. */
  readonly unavailable?: ReadonlyMap<string, string>;
  /** Values of jtel's report export. */
  readonly export: ExportValues;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export interface Renderer extends RequestRenderer {
  readonly template: RequestTemplate;
  /** Names of the headers whose templates name a secret, as written. */
  readonly secretHeaders: readonly string[];
  /** Scheme, host and port that every request goes to. */
  readonly origin: string;
  /**
   * Without the headers that name a secret. Secrets that URL or body cannot be without are in it, or samples of them that
   * the redactor knows too: whoever keeps it looks for both and withholds what holds one.
   */
  renderPublic(input: RenderInput): RenderedTemplates;
  /** What the reports made so far show as boxes, since no font has it. */
  readonly missingCharacters: ReadonlySet<string>;
}

/** @throws {TemplateError} For a template that cannot be used, at its line and column. */
export function createRenderer(options: RendererOptions): Renderer {
  const { url, urlName, headers, body, contentType, env, vars, isSecretHeader, hasToken } = options;
  const unavailable = new Map(options.unavailable);
  if (!hasToken && !unavailable.has("tokenResponse"))
    unavailable.set("tokenResponse", "has no value without --token-url");
  const names = {
    vars: Object.keys(vars),
    env: Object.keys(env),
    isSecretHeader,
    ...exportNames(options.export, unavailable),
  };
  const { xmlTemplate } = options.export;
  const xml = xmlTemplate === undefined ? undefined : new XmlTemplate(xmlTemplate, names);
  const compiled = compileRequest(
    { url, urlName, headers, body: body?.text, bodyName: body?.name, contentType },
    knownNames(names),
  );
  const template = withXmlHoles(compiled, xml);
  const secretHeaders = template.headers.filter(({ parts }) => parts.some(isSecretHole));
  const publicTemplate = {
    ...template,
    headers: template.headers.filter((header) => !secretHeaders.includes(header)),
  };
  const hasContentType = template.headers.some(({ name }) => name.toLowerCase() === "content-type");
  const ownType = hasContentType ? undefined : (template.body?.contentType ?? contentType);
  const roots = new Set(template.holes.map(({ root }) => root));
  const render = (wanted: RequestTemplate, input: RenderInput): RenderedTemplates => {
    const variables = variablesOf(input, roots, shared, times);
    const report = reports.of(input.payload);
    if (roots.has("report")) variables.set("report", report ?? noConversationProvider(input.payload));
    const context = {
      variables,
      onSecret: (secret: string, name: string, isNumber?: boolean) =>
        options.redactor.add(secret, `$${name}`, isNumber),
    };
    if (xml !== undefined) variables.set("xmlTemplate", xml.provider(context));
    const result = renderRequest(wanted, context);
    if (!result.ok) return { ok: false, reason: result.problem.reason };
    const { url: rendered, headers: lines, body: bytes } = result.value;
    return {
      ok: true,
      url: rendered!,
      headers: ownType === undefined ? lines : [...lines, ["content-type", ownType]],
      ...(bytes === undefined ? {} : { body: bytes }),
    };
  };
  const shared: readonly [string, Provider][] = [
    ["var", textsProvider(vars)],
    ["env", textsProvider(env)],
    ...exportProviders(options.export),
  ];
  const times = new MessageTimes(options);
  const reports = new Reports(options.export);
  /** What a template without variables makes of every message. */
  let fixed: RenderedTemplates | undefined;
  const isFixed = template.holes.length === 0 && template.body === undefined;
  return {
    template,
    secretHeaders: secretHeaders.map(({ name }) => name),
    missingCharacters: reports.missing,
    origin: template.url!.expected.origin,
    fingerprint: fingerprintOf(options, template),
    ...(namesRoot(template, "report")
      ? {
          async prepare({ payload, conversation }: RenderInput) {
            if (conversation !== undefined) await reports.prepare(payload, conversation);
          },
        }
      : {}),
    render: (input) => {
      if (!isFixed) return render(template, input);
      fixed ??= render(template, input);
      return fixed;
    },
    renderPublic: (input) =>
      render(publicTemplate, hasToken ? { ...input, token: sampleToken(template) } : input),
  };
}

/** What of a payload the templates name, so that it must be kept until the message is rendered. */
export function factsNamed(template: RequestTemplate): Pick<WantedFacts, "document" | "conversation"> {
  return {
    document: namesRoot(template, "payload"),
    conversation: ["conversation", "report"].some((root) => namesRoot(template, root)),
  };
}

function isSecretHole(part: string | Hole): boolean {
  return typeof part !== "string" && part.isSecret;
}

/** Roots whose values a profile decides, or an option of the report. */
const EXPORT_ROOTS = ["ClientsID", "chatConnector", "pdata", "report", "xmlTemplate"];

/** What of the export changes what is sent. */
export function exportFacts({
  clientsId,
  chatConnector,
  pdata,
  xmlTemplate,
  reportBytes,
}: ExportValues): string {
  const { id, name } = chatConnector;
  return JSON.stringify([clientsId, id, name, stringifyJson(pdata), xmlTemplate?.text, reportBytes]);
}

/** Nothing for an untouched replay, so that its identities do not depend on where it goes. */
function fingerprintOf(options: RendererOptions, template: RequestTemplate): string {
  const { url, headers, body, contentType, vars } = options;
  const path = url.slice(template.url!.origin.length);
  const isTemplated =
    headers.length > 0 || body !== undefined || contentType !== undefined || path.includes("$");
  if (!isTemplated) return "";
  return JSON.stringify([
    path,
    headers,
    body?.text ?? null,
    contentType ?? null,
    Object.entries(vars).sort(),
    ...(EXPORT_ROOTS.some((root) => namesRoot(template, root)) ? [exportFacts(options.export)] : []),
  ]);
}

/** `$dateTime`: the time at which a message is first rendered, the same on all its attempts. */
class MessageTimes {
  private readonly options: Pick<RendererOptions, "zone" | "now">;
  /** By the payload's array, which all renderings of a message share. */
  private readonly times = new WeakMap<Uint8Array, number>();

  constructor(options: Pick<RendererOptions, "zone" | "now">) {
    this.options = options;
  }

  of(payload: Uint8Array): string {
    const { zone, now } = this.options;
    const time = this.times.get(payload) ?? now();
    this.times.set(payload, time);
    return dateTimeText(time, zone.offsetMsAt(time));
  }
}

/** @param roots  Those that the template names: making the others would take longer than all else of a rendering. */
function variablesOf(
  input: RenderInput,
  roots: ReadonlySet<string>,
  shared: readonly [string, Provider][],
  times: MessageTimes,
): Map<string, Provider> {
  const variables = new Map<string, Provider>(shared);
  for (const root of roots) {
    const provider = OF_MESSAGE.get(root)?.(input, times);
    if (provider !== undefined) variables.set(root, provider);
  }
  return variables;
}

type MakeProvider = (input: RenderInput, times: MessageTimes) => Provider | undefined;

/** The names whose values are another for every message. */
const OF_MESSAGE: ReadonlyMap<string, MakeProvider> = new Map<string, MakeProvider>([
  [
    "payload",
    ({ payload, document, isJson }) =>
      document === undefined
        ? payloadProvider(payload, isJson)
        : { ...jsonProvider(document), raw: () => payload },
  ],
  ["record", ({ source, line, record }) => jsonProvider({ source, line, index: record })],
  ["capture", ({ capture }) => captureProvider(capture ?? {})],
  ["idempotencyKey", ({ identity }) => jsonProvider(identity)],
  ["uuid", ({ identity }) => jsonProvider(uuidOf(identity))],
  ["dateTime", ({ payload }, times) => jsonProvider(() => times.of(payload))],
  // The model is plain data; its interface only lacks the index signature that Json asks for.
  [
    "conversation",
    ({ conversation, payload }) =>
      conversation === undefined
        ? noConversationProvider(payload)
        : jsonProvider(conversation as unknown as Json),
  ],
  ["tokenResponse", ({ token }) => (token === undefined ? undefined : tokenProvider(token))],
]);

/** The identity spelled as a UUID of version 8 (RFC 9562: the bits are our own), so that all attempts carry the same. */
function uuidOf(identity: string): string {
  const variant = ((Number.parseInt(identity.charAt(16), 16) & 3) | 8).toString(16);
  const hex = `${identity.slice(0, 12)}8${identity.slice(13, 16)}${variant}${identity.slice(17)}`;
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
