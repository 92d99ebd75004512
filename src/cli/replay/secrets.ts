import { type Redactor, SHORTEST_SECRET } from "../../template/redact.ts";
import { isSecretName } from "../../trust/secret-names.ts";

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
  const warnings: string[] = [];
  const found = (option: string, name: string, value: string) => {
    addAll(value, redactor);
    warnings.push(
      `${option}: ${name} is given on the command line, which every user of this machine can read; write it as $env.NAME`,
    );
  };
  for (const [option, header] of headers) {
    const [, name, value] = /^([^:]*):\s*(.*?)\s*$/s.exec(header) ?? [];
    if (name !== undefined && value && isSecretName(name.trim()) && isLiteral(value))
      found(option, name.trim(), value);
  }
  for (const [option, url] of urls) {
    for (const [, name, value] of url.matchAll(/[?&]([^=&#]+)=([^&#]+)/g)) {
      if (isSecretName(name!) && isLiteral(value!)) found(option, name!, decoded(value!));
    }
  }
  return warnings;
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
    if (secret !== undefined && secret.length >= SHORTEST_SECRET) redactor.add(secret, "on the command line");
  }
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
