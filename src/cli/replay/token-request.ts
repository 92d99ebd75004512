import { exportNames, exportProviders, withXmlHoles, XmlTemplate } from "../../plan/export-values.ts";
import type { RendererOptions } from "../../plan/renderer.ts";
import type { RenderedRequest } from "../../replay/types.ts";
import { knownNames } from "../../template/known-names.ts";
import { dateTimeText, jsonProvider, textsProvider } from "../../template/providers.ts";
import { compileRequest, namesRoot, renderRequest } from "../../template/request.ts";
import type { Provider } from "../../template/types.ts";

export interface TokenRendererOptions extends Omit<RendererOptions, "hasToken"> {
  readonly method: string;
}

/** Roots that a token request cannot name. */
const OF_A_RECORD = [
  "payload",
  "conversation",
  "record",
  "capture",
  "idempotencyKey",
  "uuid",
  "report",
  "tokenResponse",
];

/** The request for a token: rendered anew each time it is sent. @throws {TemplateError} */
export function createTokenRequest(options: TokenRendererOptions) {
  const { url, urlName, headers, body, vars, env, method, contentType, redactor, zone, now } = options;
  const unavailable = new Map(
    OF_A_RECORD.map((name) => [name, "has no value in a token request: it is made once for many records"]),
  );
  const names = {
    vars: Object.keys(vars),
    env: Object.keys(env),
    ...exportNames(options.export, unavailable),
  };
  const compiled = compileRequest(
    { url, urlName, headers, body: body?.text, bodyName: body?.name, contentType },
    knownNames(names),
  );
  // Only where it is named: an XML template for the messages may name what no token request has.
  const { xmlTemplate } = options.export;
  const isNamed = xmlTemplate !== undefined && namesRoot(compiled, "xmlTemplate");
  const xml = isNamed ? new XmlTemplate(xmlTemplate, names) : undefined;
  const template = withXmlHoles(compiled, xml);
  const hasContentType = template.headers.some(({ name }) => name.toLowerCase() === "content-type");
  const ownType = hasContentType ? undefined : template.body?.contentType;
  return {
    template,
    render(): RenderedRequest {
      const time = now();
      const variables = new Map<string, Provider>([
        ["var", textsProvider(vars)],
        ["env", textsProvider(env)],
        ["dateTime", jsonProvider(dateTimeText(time, zone.offsetMsAt(time)))],
        ...exportProviders(options.export),
      ]);
      const context = {
        variables,
        onSecret: (secret: string, name: string, isNumber?: boolean) =>
          redactor.add(secret, `$${name}`, isNumber),
      };
      if (xml !== undefined) variables.set("xmlTemplate", xml.provider(context));
      const result = renderRequest(template, context);
      if (!result.ok) return { ok: false, reason: result.problem.reason };
      const { url: rendered, headers: lines, body: bytes = new Uint8Array(0) } = result.value;
      const all = ownType === undefined ? lines : [...lines, ["content-type", ownType] as const];
      return { ok: true, request: { method, url: rendered!, headers: all, body: bytes } };
    },
  };
}
