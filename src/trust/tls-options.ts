import { X509Certificate } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { SetupError } from "./setup-error.ts";

/** Handed to tls.connect as they are. */
export interface TlsSettings {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly rejectUnauthorized: boolean;
  readonly minVersion: "TLSv1.2";
}

export interface TlsArguments {
  /** --cacert: certificates to trust instead of the built-in ones. */
  readonly cacert?: string;
  /** --cert and --key: what we show of ourselves; the key may stand in the file of the certificate. */
  readonly cert?: string;
  readonly key?: string;
  readonly insecure?: boolean;
}

/**
 * The settings for all TLS connections, with what the user should be told about them. The certificate of a server is
 * always checked unless --insecure is said: NODE_TLS_REJECT_UNAUTHORIZED=0, easily left over in a shell, has no effect.
 *
 * @param hasInsecure  Whether the command has that option, so that it can be named.
 * @throws {SetupError} For files that cannot be read, hold no certificate or key, or do not belong together.
 */
export function readTlsOptions(
  options: TlsArguments,
  environment: Readonly<Record<string, string | undefined>>,
  hasInsecure = true,
): { readonly settings: TlsSettings; readonly warnings: readonly string[] } {
  const warnings: string[] = [];
  if (options.insecure) {
    warnings.push(
      "--insecure: certificates are not checked; anybody on the way can read and change what is sent",
    );
  } else if (environment.NODE_TLS_REJECT_UNAUTHORIZED === "0") {
    const instead = hasInsecure ? "--insecure turns that off" : "--cacert trusts one of your own";
    warnings.push(`NODE_TLS_REJECT_UNAUTHORIZED=0 is ignored, certificates are checked; ${instead}`);
  }
  const ca = options.cacert === undefined ? undefined : readCertificates(options.cacert, "--cacert");
  const own = readOwn(options, warnings);
  const settings: TlsSettings = {
    ...(ca === undefined ? {} : { ca }),
    ...own,
    rejectUnauthorized: options.insecure !== true,
    minVersion: "TLSv1.2",
  };
  return { settings, warnings };
}

function readOwn(options: TlsArguments, warnings: string[]): Pick<TlsSettings, "cert" | "key"> {
  if (options.cert === undefined) {
    if (options.key !== undefined)
      throw new SetupError("--key needs --cert", "name the certificate of this key");
    return {};
  }
  const cert = readCertificates(options.cert, "--cert");
  const keyFile = options.key ?? options.cert;
  const key = readFileOf(keyFile, options.key === undefined ? "--cert" : "--key");
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(key)) {
    throw new SetupError(`${keyFile} holds no private key in PEM form`, "name the key's file with --key");
  }
  if (isOpenToOthers(keyFile))
    warnings.push(`the private key ${keyFile} can be read by others; chmod 600 it`);
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    throw new SetupError(`${keyFile} cannot be used as the key of ${options.cert}: ${keyProblem(error)}`);
  }
  return { cert, key };
}

function keyProblem(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (/PASSWORD|PASSPHRASE|INTERRUPTED|BAD_DECRYPT/i.test(code))
    return "it is encrypted; decrypt it first (openssl pkey)";
  if (/MISMATCH/.test(code)) return "they do not belong together";
  return "it is damaged or of a kind that is not supported";
}

/** The file's text, after every certificate in it has been read once: Node passes over what it cannot read. */
function readCertificates(file: string, option: string): string {
  const text = readFileOf(file, option);
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw new SetupError(`${file} holds no certificate in PEM form`, `see ${option}`);
  for (const [index, block] of blocks.entries()) {
    try {
      new X509Certificate(block);
    } catch {
      throw new SetupError(`certificate ${index + 1} in ${file} cannot be read`, `see ${option}`);
    }
  }
  return text;
}

function readFileOf(file: string, option: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    throw new SetupError(`${option}: cannot read ${file} (${code})`);
  }
}

/**
 * Whether others than the owner may read or change a file. Always false on Windows, where the mode says nothing.
 *
 * @throws {Error} Where there is no such file.
 */
export function isOpenToOthers(file: string): boolean {
  return process.platform !== "win32" && (statSync(file).mode & 0o077) !== 0;
}
