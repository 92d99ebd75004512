import { lstatSync } from "node:fs";
import { join } from "node:path";
import type { CaptureOptions } from "../../endpoint/capture/capture.ts";
import { PathToken } from "../../endpoint/http/path-token.ts";
import { DEFAULT_LIMITS } from "../../endpoint/http/types.ts";
import { FileError } from "../../files/file-error.ts";
import { makeDurableFolder } from "../../files/make-folder.ts";
import { readSecret } from "../../trust/secret.ts";
import { SIGNATURES } from "../../trust/sign.ts";
import { createVerifier } from "../../trust/verify.ts";
import { reasonOf, UsageError } from "../exit-codes.ts";
import { choiceOption, countOption, sizeOption } from "../options.ts";
import { type ServerFlags, type ServerSettings, serverSettings } from "../server-options.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export interface CaptureFlags extends ServerFlags {
  readonly out?: string;
  readonly outDir?: string;
  readonly rotateSize?: string;
  readonly rotate?: string;
  readonly gzip: boolean;
  readonly token?: string;
  readonly verify?: string;
  readonly verifySecret?: string;
  readonly verifyHeader?: string;
  readonly verifyEncoding?: string;
  readonly verifyPrefix?: string;
  readonly maxBodyBytes: string;
  readonly respond: string;
  readonly validate?: boolean;
  readonly forward?: string;
  readonly cacert?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

type FromOptions = Omit<CaptureOptions, "onEvent" | "now" | "forward" | "fileCalls">;

export interface PreparedCapture {
  readonly server: ServerSettings;
  readonly capture: FromOptions;
  readonly warnings: readonly string[];
}

/**
 * Reads and checks everything, and makes the folder of `--out-dir`.
 *
 * @throws {UsageError | SetupError | FileError}
 */
export function prepareCapture(flags: CaptureFlags, env: Environment): PreparedCapture {
  const warnings: string[] = [];
  const secretOf = (source: string, option: string) => {
    const { secret, warnings: found } = readSecret(source, option, env);
    warnings.push(...found);
    return secret;
  };
  const token = flags.token === undefined ? undefined : new PathToken(secretOf(flags.token, "--token"));
  const verify = verifierFrom(flags, secretOf);
  const server = serverSettings(flags, DEFAULT_LIMITS, {
    guard: "--token or --verify",
    isGuarded: token !== undefined || verify !== undefined,
  });
  const { host, port, limits, allowedHosts } = server;
  const capture: FromOptions = {
    host,
    port,
    limits,
    allowedHosts,
    ...(flags.rotateSize === undefined ? {} : { rotateBytes: sizeOption(flags.rotateSize, "--rotate-size") }),
    isDaily: flags.rotate !== undefined && choiceOption(flags.rotate, "--rotate", ["daily"]) === "daily",
    isGzip: flags.gzip,
    maxBodyBytes: bodyLimit(flags.maxBodyBytes),
    status: statusOption(flags.respond),
    ...(token === undefined ? {} : { token }),
    ...(verify === undefined ? {} : { verify }),
    isValidated: flags.validate ?? false,
    path: pathFrom(flags),
  };
  return { server, capture, warnings };
}

function verifierFrom(
  flags: CaptureFlags,
  secretOf: (source: string, option: string) => string,
): CaptureOptions["verify"] {
  const { verify, verifySecret, verifyHeader, verifyEncoding, verifyPrefix } = flags;
  const spelling = [verifyHeader, verifyEncoding, verifyPrefix].some((one) => one !== undefined);
  if (verify === undefined) {
    if (verifySecret === undefined && !spelling) return undefined;
    throw new UsageError(`--verify-… needs --verify: ${SIGNATURES.join(", ")}`);
  }
  const kind = choiceOption(verify, "--verify", SIGNATURES);
  if (verifySecret === undefined)
    throw new UsageError("--verify needs --verify-secret env:NAME or file:PATH");
  if (spelling && kind !== "hmac-sha256") {
    throw new UsageError("--verify-header, --verify-encoding and --verify-prefix go with hmac-sha256 only");
  }
  const verifier = createVerifier({
    kind,
    secret: secretOf(verifySecret, "--verify-secret"),
    ...(verifyHeader === undefined ? {} : { header: verifyHeader }),
    ...(verifyEncoding === undefined
      ? {}
      : { encoding: choiceOption(verifyEncoding, "--verify-encoding", ["hex", "base64"] as const) }),
    ...(verifyPrefix === undefined ? {} : { prefix: verifyPrefix }),
  });
  return { kind, verifier };
}

/** JSON may write a body with twice as many characters, and a text has no more than 512 Mi of them. */
const LONGEST_BODY_BYTES = 250 * 1024 * 1024;

function bodyLimit(text: string): number {
  const bytes = sizeOption(text, "--max-body-bytes");
  if (bytes <= LONGEST_BODY_BYTES) return bytes;
  throw new UsageError(`--max-body-bytes takes at most 250MiB; found "${text}"`);
}

function statusOption(text: string): number {
  const status = countOption(text, "--respond");
  if (status >= 200 && status <= 299) return status;
  throw new UsageError(`--respond takes a status from 200 to 299; found "${text}"`);
}

function pathFrom({ out, outDir }: CaptureFlags): string {
  if (out !== undefined && outDir !== undefined)
    throw new UsageError("--out and --out-dir exclude each other");
  if (out === undefined && outDir === undefined) {
    throw new UsageError(
      "chatx capture needs --out FILE or --out-dir DIR",
      "for example --out captures.jsonl",
    );
  }
  if (outDir === undefined) {
    if (/\.gz$/i.test(out!)) {
      throw new UsageError(
        "--out names the file that is being written, which is never compressed",
        "leave .gz out; with --rotate-size or --rotate closed files are compressed",
      );
    }
    return out!;
  }
  makeCaptureFolder(outDir);
  return join(outDir, "capture.jsonl");
}

/** @throws {FileError} Also for a link, which somebody else may lead elsewhere. */
function makeCaptureFolder(folder: string): void {
  try {
    makeDurableFolder(folder);
    if (!lstatSync(folder.replace(/(?<=.)\/+$/, "")).isSymbolicLink()) return;
  } catch (error) {
    throw new FileError("unwritable", `cannot make capture folder ${folder}: ${reasonOf(error)}`);
  }
  throw new FileError(
    "not-a-private-file",
    `cannot use capture folder ${folder}: it is a symbolic link`,
    "name the folder that it leads to",
  );
}
