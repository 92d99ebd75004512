import { readFileSync } from "node:fs";
import { SetupError } from "./setup-error.ts";
import { isOpenToOthers } from "./tls-options.ts";

/** More than any key or token; a wrong file name should not end in a header. */
const LONGEST_SECRET = 65_536;

/**
 * A secret by the name of where it stands: `env:NAME` or `file:PATH`. Secrets themselves are no arguments, because
 * every user of a machine can read those of every process. One line end after the secret is not part of it.
 *
 * @param option  The option that named it, for messages; no message shows what was given, as it may be the secret.
 * @throws {SetupError} Where nothing or nothing usable stands there.
 */
export function readSecret(
  source: string,
  option: string,
  environment: Readonly<Record<string, string | undefined>>,
): { readonly secret: string; readonly warnings: readonly string[] } {
  const [, kind, name = ""] = /^(env|file):(.+)$/s.exec(source) ?? [];
  if (kind === undefined) {
    throw new SetupError(
      `${option} takes env:NAME or file:PATH, never the secret itself`,
      "arguments can be read by all users of this machine; put it into a variable or a file",
    );
  }
  const warnings: string[] = [];
  const text = kind === "env" ? variable(name, environment) : readSecretFile(name, option, warnings);
  const secret = (text ?? "").replace(/\r?\n$/, "");
  if (secret === "") {
    throw new SetupError(
      kind === "env" ? `${option}: the variable ${name} is empty or not set` : `${option}: ${name} is empty`,
    );
  }
  if (secret.length > LONGEST_SECRET)
    throw new SetupError(`${option}: what stands there is too long for a secret`);
  return { secret, warnings };
}

function variable(
  name: string,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  return Object.hasOwn(environment, name) ? environment[name] : undefined;
}

function readSecretFile(path: string, option: string, warnings: string[]): string {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
    if (isOpenToOthers(path)) warnings.push(`the secret in ${path} can be read by others; chmod 600 it`);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    throw new SetupError(`${option}: cannot read ${path} (${code})`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new SetupError(`${option}: ${path} is no UTF-8 text`);
  }
}
