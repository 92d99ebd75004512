import { msOf } from "../model/time.ts";
import type { ReportMaker } from "../plan/export-values.ts";
import { createRenderer, JTEL_BODY, type Renderer } from "../plan/renderer.ts";
import type { PlanSettings } from "../plan/settings.ts";
import { TemplateError } from "../template/parse.ts";
import { SecretTooShort } from "../template/redact.ts";
import { environmentSecrets } from "../template/request.ts";
import { SHORTEST_SECRET } from "../template/secret-forms.ts";
import { isSecretName } from "../trust/secret-names.ts";
import { moment } from "./moment.ts";

interface ReplayTemplates {
  readonly url: string;
  readonly headers?: readonly string[];
  readonly body?: string;
  readonly contentType?: string;
  readonly vars?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly now?: string;
}

/** Roots that only the command has, and why. */
const OF_THE_COMMAND: readonly (readonly [root: string, why: string])[] = [
  ["tokenResponse", "has no value in planReplay: it asks for no token"],
  ...["ClientsID", "chatConnector", "pdata", "xmlTemplate"].map(
    (root) => [root, "has no value in planReplay: it takes no profile"] as const,
  ),
];

/**
 * The compiled templates of a plan.
 *
 * @throws {TypeError} For a template that cannot be used, at its line and column.
 * @throws {SecretTooShort} For a value of `$env` that the command would refuse too.
 */
export function rendererFor(templates: ReplayTemplates, { zone, to }: PlanSettings): Renderer {
  const { url, headers = [], body, contentType, vars = {}, env = {}, now } = templates;
  if (typeof url !== "string") throw new TypeError("url says where to send; it is missing");
  checkContentType(headers, contentType);
  const nowMs = now === undefined ? undefined : msOf(moment(now, "now", zone));
  const text = body === undefined ? undefined : { text: body, name: "the body" };
  const usedBody = text ?? (to?.id === "jtel" ? JTEL_BODY : undefined);
  const unavailable = new Map(OF_THE_COMMAND);
  if (nowMs === undefined)
    unavailable.set("dateTime", "has no value without the option now: no clock is read");
  const renderer = withTypeErrors(() =>
    createRenderer({
      ...{ url, headers, vars, env, zone, unavailable },
      ...(usedBody === undefined ? {} : { body: usedBody }),
      ...(contentType === undefined ? {} : { contentType }),
      isSecretHeader: isSecretName,
      hasToken: false,
      // What is rendered is the caller's own; there is nothing to mask it in.
      redactor: { add: () => undefined },
      export: { chatConnector: {}, pdata: {}, reportBytes: "pdf", maker: () => reportMaker(zone) },
      now: () => nowMs!,
    }),
  );
  for (const [name, secret] of environmentSecrets(renderer.template, env)) {
    if (secret.length < SHORTEST_SECRET) throw new SecretTooShort(`$${name}`);
  }
  return renderer;
}

function checkContentType(headers: readonly string[], contentType: string | undefined): void {
  if (contentType === undefined || !headers.some((header) => /^content-type\s*:/i.test(header))) return;
  throw new TypeError("contentType and a Content-Type in headers exclude each other");
}

function withTypeErrors<T>(compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    throw error instanceof TemplateError ? new TypeError(error.message, { cause: error }) : error;
  }
}

/** Making a PDF takes time and code: both only where a template asks for one. */
async function reportMaker(zone: PlanSettings["zone"]): Promise<ReportMaker> {
  const { renderReport } = await import("../document/report.ts");
  return { make: (conversation) => renderReport(conversation, { zone }), missing: () => [] };
}
