import { type BodyTemplate, bodyBytes, compileBody } from "./body.ts";
import { type RenderContext, rendered } from "./fill.ts";
import { compileHeaders, type HeaderTemplate, headerLines, NOT_VALUE } from "./headers.ts";
import type { Part } from "./holes.ts";
import type { Names } from "./names.ts";
import { TemplateError } from "./parse.ts";
import type { Hole, Rendered } from "./types.ts";
import { compileUrl, type UrlTemplate, urlText } from "./url.ts";

/** What a user writes; absent parts are not templated. */
export interface RequestText {
  readonly url?: string | undefined;
  /** `Name: value` each. */
  readonly headers?: readonly string[];
  readonly body?: string | undefined;
  /** Of the body; decides its syntax. */
  readonly contentType?: string | undefined;
  /** Names a body that was read from a file in faults of the template. */
  readonly bodyName?: string | undefined;
  /** The same for the URL: "--token-url". */
  readonly urlName?: string | undefined;
}

export interface RequestTemplate {
  readonly url?: UrlTemplate;
  readonly headers: readonly HeaderTemplate[];
  readonly body?: BodyTemplate;
  /** Every variable of all parts, in order. */
  readonly holes: readonly Hole[];
}

export interface RenderedParts {
  readonly url?: string;
  /** In order; without Content-Type unless it was given as a header. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: Uint8Array;
}

/**
 * Checks all templates of a request. A Content-Type among the headers decides the body's syntax like `contentType`.
 *
 * @throws {TemplateError} That names the part: "of the URL", "of header X-Chat", "of the body".
 */
export function compileRequest(request: RequestText, names: Names): RequestTemplate {
  const { url, body, bodyName = "the body", urlName = "the URL" } = request;
  const headers = compileHeaders(request.headers ?? [], names);
  checkLiterals(headers, request.contentType);
  const contentType = request.contentType ?? literalHeader(headers, "content-type");
  const urlTemplate =
    url === undefined ? undefined : named(urlName, () => compileUrl(url, names, { hasFragment: false }));
  const bodyTemplate =
    body === undefined ? undefined : named(bodyName, () => compileBody(body, names, contentType));
  const parts: (Part | Uint8Array)[] = [
    ...(urlTemplate?.segments.flat() ?? []),
    ...(urlTemplate?.tail ?? []),
    ...headers.flatMap((header) => header.parts),
    ...(bodyTemplate?.pieces ?? []),
  ];
  return {
    ...(urlTemplate === undefined ? {} : { url: urlTemplate }),
    headers,
    ...(bodyTemplate === undefined ? {} : { body: bodyTemplate }),
    holes: parts.filter((part): part is Hole => typeof part !== "string" && !(part instanceof Uint8Array)),
  };
}

/** @throws {TemplateError} For what the transport would not send as it is written. */
function checkLiterals(headers: readonly HeaderTemplate[], contentType = ""): void {
  const coding = headers.find(({ name }) => name.toLowerCase() === "accept-encoding");
  if (coding !== undefined) {
    const problem =
      "chatx asks for answers without a coding and reads them as they come; it writes this header itself";
    throw new TemplateError(problem, coding.name, 0, `header ${coding.name}`);
  }
  const bad = contentType.search(NOT_VALUE);
  if (bad < 0) return;
  const problem = "a header holds neither controls nor characters beyond Latin-1";
  throw new TemplateError(problem, contentType, bad, "the content type");
}

function named<T>(what: string, compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    throw error instanceof TemplateError ? error.in(what) : error;
  }
}

function literalHeader(headers: readonly HeaderTemplate[], name: string): string | undefined {
  const header = headers.find((one) => one.name.toLowerCase() === name);
  return header?.parts.filter((part) => typeof part === "string").join("");
}

/** The parts for one record, or the first reason why it cannot have them. */
export function renderRequest(template: RequestTemplate, context: RenderContext): Rendered<RenderedParts> {
  return rendered(() => ({
    ...(template.url === undefined ? {} : { url: urlText(template.url, context) }),
    headers: headerLines(template.headers, context),
    ...(template.body === undefined ? {} : { body: bodyBytes(template.body, context) }),
  }));
}

/** Whether any part names a root: only then its values are worth having. */
export function namesRoot(template: RequestTemplate, root: string): boolean {
  return template.holes.some((hole) => hole.root === root);
}

/**
 * The secrets of the environment that a template uses, to be masked before anything is started.
 *
 * @returns Name (`env.TOKEN`) and value of each that is set.
 */
export function environmentSecrets(
  template: RequestTemplate,
  environment: Readonly<Record<string, string | undefined>>,
): [name: string, secret: string][] {
  const secrets = new Map<string, string>();
  for (const { root, steps, name } of template.holes) {
    const secret = root === "env" && typeof steps[0] === "string" ? environment[steps[0]] : undefined;
    if (secret !== undefined) secrets.set(name, secret);
  }
  return [...secrets];
}
