import type { ExportValues } from "../../plan/export-values.ts";
import { createRenderer, exportFacts, type Renderer } from "../../plan/renderer.ts";
import { tokenCheck } from "../../plan/token-check.ts";
import type { RenderedRequest, TokenAnswer } from "../../replay/types.ts";
import { isFraming } from "../../template/headers.ts";
import { Redactor, SecretTooShort } from "../../template/redact.ts";
import { environmentSecrets, type RequestTemplate } from "../../template/request.ts";
import { type ProxyChoice, proxiesFrom } from "../../transport/proxy.ts";
import { readSecret } from "../../trust/secret.ts";
import { isSecretName } from "../../trust/secret-names.ts";
import { SetupError } from "../../trust/setup-error.ts";
import { createSigner, SIGNATURES, type SignatureKind } from "../../trust/sign.ts";
import { readTlsOptions, type TlsSettings } from "../../trust/tls-options.ts";
import type { Signer } from "../../trust/types.ts";
import { UsageError } from "../exit-codes.ts";
import { choiceOption } from "../options.ts";
import { loadProfile, withProfileFaults } from "../report-export/load-profile.ts";
import { exportValues } from "../report-export/of-profile.ts";
import { type ReplayFlags, type ReplaySettings, replaySettings } from "./options.ts";
import { type RequestsOfReplay, type RequestTexts, requestsOf } from "./requests.ts";
import { commandLineSecrets, profileSecrets } from "./secrets.ts";
import { createTokenRequest } from "./token-request.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** A replay that could start: everything is read and checked, nothing is opened. */
export interface PreparedReplay {
  readonly settings: ReplaySettings;
  readonly renderer: Renderer;
  readonly token?: {
    readonly request: () => RenderedRequest;
    readonly whyUnusable: (answer: TokenAnswer) => string | undefined;
  };
  readonly signer?: Signer;
  readonly tls: TlsSettings;
  readonly proxyFor: ProxyChoice;
  /** Knows every secret that is known so far; those of the token answer come in as they are used. */
  readonly redactor: Redactor;
  /** Headers whose values are secret whatever they are called, in lower case. */
  readonly secretHeaders: ReadonlySet<string>;
  readonly warnings: readonly string[];
  /** What must be the same when the run is resumed, by the name that people know it under. */
  readonly sameness: Readonly<Record<string, string>>;
}

/**
 * @throws {UsageError} For options that cannot be used.
 * @throws {TemplateError} At the line and column of a template's fault.
 */
export async function prepareReplay(flags: ReplayFlags, env: Environment): Promise<PreparedReplay> {
  try {
    return await prepare(flags, env);
  } catch (error) {
    if (error instanceof SetupError) throw new UsageError(error.message, error.hint);
    if (error instanceof SecretTooShort)
      throw new UsageError(
        error.message,
        error.message.includes("$env") ? "what is no secret can be given with --var" : undefined,
      );
    throw error;
  }
}

async function prepare(flags: ReplayFlags, env: Environment): Promise<PreparedReplay> {
  const given = replaySettings(flags);
  const profile = flags.profile === undefined ? undefined : await loadProfile(flags.profile);
  const requests = await requestsOf(flags, profile, given.plan.to?.id === "jtel");
  const { method } = requests.report;
  const settings = method === undefined ? given : { ...given, plan: { ...given.plan, method } };
  const redactor = new Redactor();
  const warnings = [
    ...commandLineSecrets(flags, requests, redactor),
    ...(profile === undefined ? [] : profileSecrets(profile, profileBodies(flags, requests), redactor)),
  ];
  const shared = {
    vars: settings.vars,
    env,
    zone: settings.plan.zone,
    redactor,
    export: await exportValues(
      {
        zone: settings.plan.zone,
        reportBytes: settings.reportBytes,
        fontPaths: flags.pdfFont ?? [],
      },
      profile,
    ),
    isSecretHeader: isSecretName,
    now: () => Date.now(),
  };
  const { renderer, token } = await withProfileFaults(profile, async () => compiled(requests, shared));
  const tls = readTlsOptions(flags, env);
  const signing = signerOf(flags, env, redactor);
  const proxyFor = proxiesFrom(env);
  addProxy(proxyFor, renderer.origin, redactor);
  return {
    settings,
    renderer,
    ...(token === undefined ? {} : { token }),
    ...(signing.signer === undefined ? {} : { signer: signing.signer }),
    tls: tls.settings,
    proxyFor,
    redactor,
    secretHeaders: new Set(
      [...renderer.secretHeaders, ...(flags.signHeader === undefined ? [] : [flags.signHeader])].map((name) =>
        name.toLowerCase(),
      ),
    ),
    warnings: [...warnings, ...tls.warnings, ...signing.warnings],
    sameness: samenessOf(flags, settings, renderer, requests.report, shared.export),
  };
}

/** The bodies that come of the profile. */
function profileBodies({ body, tokenBody }: ReplayFlags, { report, token }: RequestsOfReplay) {
  return {
    report: body === undefined ? report.body?.text : undefined,
    token: tokenBody === undefined ? token?.body?.text : undefined,
  };
}

type Shared = Pick<
  Parameters<typeof createTokenRequest>[0],
  "vars" | "env" | "isSecretHeader" | "zone" | "redactor" | "now" | "export"
>;

/** @throws {TemplateError} */
function compiled({ report, token }: RequestsOfReplay, shared: Shared) {
  const renderer = createRenderer({ ...shared, ...report, hasToken: token !== undefined });
  addEnvironment(renderer.template, shared.env, shared.redactor);
  if (token === undefined) return { renderer, token: undefined };
  const request = createTokenRequest({ ...shared, ...token, method: token.method ?? "POST" });
  addEnvironment(request.template, shared.env, shared.redactor);
  return { renderer, token: { request: request.render, whyUnusable: tokenCheck(renderer.template) } };
}

function addEnvironment(template: RequestTemplate, env: Environment, redactor: Pick<Redactor, "add">): void {
  for (const [name, secret] of environmentSecrets(template, env)) redactor.add(secret, `$${name}`);
}

function addProxy(proxyFor: ProxyChoice, origin: string, redactor: Redactor): void {
  const authorization = proxyFor(new URL(origin))?.authorization;
  if (authorization !== undefined) redactor.add(authorization, "of the proxy");
}

function signerOf(
  flags: ReplayFlags,
  env: Environment,
  redactor: Redactor,
): { readonly signer?: Signer; readonly warnings: readonly string[] } {
  const { sign, signSecret, signHeader, signEncoding, signPrefix } = flags;
  if (sign === undefined) return { warnings: [] };
  const kind: SignatureKind = choiceOption(sign, "--sign", SIGNATURES);
  if (signSecret === undefined) {
    throw new UsageError("--sign needs --sign-secret env:NAME or file:PATH");
  }
  const isOwn = kind === "hmac-sha256";
  if (!isOwn && (signHeader ?? signEncoding ?? signPrefix) !== undefined) {
    throw new UsageError(`--sign ${kind} has its own header; --sign-header and the like are for hmac-sha256`);
  }
  if (signHeader !== undefined) checkSignHeader(signHeader);
  const { secret, warnings } = readSecret(signSecret, "--sign-secret", env);
  const keys = kind === "standard-webhooks" ? secret.split(/\s+/) : [secret];
  for (const key of keys.flatMap((one) => [one, one.replace(/^whsec_/, "")])) {
    if (key !== "") redactor.add(key, "of --sign-secret");
  }
  const signer = createSigner({
    kind,
    secret,
    ...(signHeader === undefined ? {} : { header: signHeader }),
    ...(signEncoding === undefined
      ? {}
      : { encoding: choiceOption(signEncoding, "--sign-encoding", ["hex", "base64"]) }),
    ...(signPrefix === undefined ? {} : { prefix: signPrefix }),
  });
  return { signer, warnings };
}

/** Headers that the plan or the transport writes: a signature there would be lost, or stand in the place of what is wanted. */
const OWN_HEADERS = new Set(["accept-encoding", "content-encoding", "content-type", "idempotency-key"]);

function checkSignHeader(name: string): void {
  if (!isFraming(name) && !OWN_HEADERS.has(name.toLowerCase())) return;
  throw new UsageError(
    `--sign-header cannot be ${name}: chatx writes that header itself`,
    "for example X-Signature",
  );
}

/** Names of secrets are in it, their values are not; what is given literally is hashed by the journal. */
function samenessOf(
  flags: ReplayFlags,
  { plan, vars }: ReplaySettings,
  { origin, template }: Renderer,
  { url, headers, body, contentType }: RequestTexts,
  values: ExportValues,
): Record<string, string> {
  const { since, until, shard, limit, from, timeZone } = flags;
  return {
    "target (scheme, host and port of --url)": origin,
    "--url": url.slice(template.url!.origin.length),
    "--header": JSON.stringify(headers),
    "--body": body === undefined ? "" : `=${body.text}`,
    "--content-type": contentType ?? "",
    "--method": plan.method ?? "",
    "--to": plan.to?.id ?? "",
    "--from": from,
    "--var": JSON.stringify(Object.entries(vars).sort()),
    "--time-zone": timeZone ?? "",
    "clientsId, chatConnector, pdata or xmlTemplate of --profile, or --report-bytes": exportFacts(values),
    "--since, --until, --shard, --limit": JSON.stringify([since, until, shard, limit]),
  };
}
