import { step } from "../../json/pointer.ts";
import type { Profile } from "../../profile/profile.ts";
import { type Redactor, SHORTEST_SECRET } from "../../template/redact.ts";
import { isSecretName } from "../../trust/secret-names.ts";
import { isOpenToOthers } from "../../trust/tls-options.ts";
import type { ReplayFlags } from "./options.ts";

/**
 * What looks like a secret and stands on the command line itself, where every user of the machine can read it. It is
 * masked like any other from then on.
 *
 * @param headers  `Name: value` each, as given.
 * @param urls     Templates of URLs.
 * @returns A warning for each; none shows the value.
 */
export function literalSecrets(
  headers: readonly (readonly [option: string, header: string])[],
  urls: readonly (readonly [option: string, url: string])[],
  redactor: Redactor,
): string[] {
  const found = [
    ...headers.flatMap(([option, header]) => secretsOfHeader(option, header)),
    ...urls.flatMap(([option, url]) => secretsOfUrl(option, url)),
  ];
  return found.map(({ where, name, value }) => {
    addAll(value, redactor);
    return `${where}: ${name} is given on the command line, which every user of this machine can read; write it as $env.NAME`;
  });
}

/** The same for all options of a replay. */
export function commandLineSecrets(flags: ReplayFlags, redactor: Redactor): string[] {
  const { url = "", tokenUrl = "", header = [], tokenHeader = [] } = flags;
  return literalSecrets(
    [
      ...header.map((one) => ["--header", one] as const),
      ...tokenHeader.map((one) => ["--token-header", one] as const),
    ],
    [
      ["--url", url],
      ["--token-url", tokenUrl],
    ],
    redactor,
  );
}

/**
 * The same for a profile: a file that is copied, mailed and committed. Also said is whether others can read it.
 *
 * @param tokenBody  The template of the token request's body: that is where client secrets stand.
 */
export function profileSecrets(
  profile: Profile,
  tokenBody: string | undefined,
  redactor: Redactor,
): string[] {
  const { source, report, token } = profile;
  const at = (pointer: string) => `${source}:${profile.lineOf(pointer)}`;
  const ofHeaders = (section: string, headers: readonly string[] = []) =>
    headers.flatMap((header, index) => {
      const name = header.slice(0, Math.max(0, header.indexOf(":")));
      const byName = `/${section}/headers${step(name)}`;
      const where = profile.has(byName) ? at(byName) : at(`/${section}/headers/${index}`);
      return secretsOfHeader(where, header);
    });
  const found = [
    ...ofHeaders("report", report?.headers),
    ...ofHeaders("token", token?.headers),
    ...secretsOfUrl(at("/report/url"), report?.url),
    ...secretsOfUrl(at("/token/url"), token?.url),
    ...secretsOfBody(at("/token/body"), tokenBody ?? ""),
  ];
  const warnings = found.map(({ where, name, value }) => {
    addAll(value, redactor);
    return `${where}: ${name} is written in the profile itself; write it as $env.NAME`;
  });
  if (found.length > 0 && isOpenToOthers(source)) {
    warnings.push(`${source} holds a secret and can be read by others; chmod 600 it`);
  }
  return warnings;
}

interface LiteralSecret {
  readonly where: string;
  readonly name: string;
  readonly value: string;
}

function secretsOfHeader(where: string, header: string): LiteralSecret[] {
  const [, name, value] = /^([^:]*):\s*(.*?)\s*$/s.exec(header) ?? [];
  return isLiteralSecret(name?.trim(), value) ? [{ where, name: name!.trim(), value: value! }] : [];
}

function secretsOfUrl(where: string, url = ""): LiteralSecret[] {
  return [...url.matchAll(/[?&]([^=&#]+)=([^&#]+)/g)]
    .filter(([, name, value]) => isLiteralSecret(name, value))
    .map(([, name, value]) => ({ where, name: name!, value: decoded(value!) }));
}

/** Members of a JSON text, or fields of a form. */
function secretsOfBody(where: string, body: string): LiteralSecret[] {
  const pairs = [
    ...body.matchAll(/"([^"\\]+)"\s*:\s*"((?:[^"\\]|\\.)+)"/g),
    ...body.matchAll(/(?:^|&)([^=&\s"]+)=([^&\s"]+)/g),
  ];
  return pairs
    .filter(([, name, value]) => isLiteralSecret(name, value) && !/^(?:grant_type|token_type)$/i.test(name!))
    .map(([, name, value]) => ({ where, name: name!, value: decoded(value!) }));
}

function isLiteralSecret(name: string | undefined, value: string | undefined): boolean {
  return name !== undefined && !!value && isSecretName(name) && isLiteral(value);
}

/** `$$` is a dollar sign, no variable. */
function isLiteral(template: string): boolean {
  return !template.replaceAll("$$", "").includes("$");
}

/** The value, what stands behind its scheme (`Bearer …`), and a password that is Base64 in it. */
function addAll(value: string, redactor: Redactor): void {
  const behind = /^\S+\s+(.+)$/s.exec(value)?.[1];
  const basic = /^basic\s+(\S+)$/i.exec(value)?.[1];
  const password =
    basic === undefined
      ? undefined
      : Buffer.from(basic, "base64").toString("utf8").split(":").slice(1).join(":");
  for (const secret of [value, behind, password]) {
    if (secret !== undefined && secret.length >= SHORTEST_SECRET) redactor.add(secret, "that is written out");
  }
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
