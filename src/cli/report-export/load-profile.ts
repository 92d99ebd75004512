import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { decodeUtf8 } from "../../json/text.ts";
import type { Profile, ProfileTemplate } from "../../profile/profile.ts";
import { TemplateError } from "../../template/parse.ts";
import { ConfigFaults, reasonOf, UsageError } from "../exit-codes.ts";

/**
 * The profile in a file, with nothing of it done.
 *
 * @throws {ConfigFaults} With every fault at its place. @throws {UsageError} For a file that cannot be read.
 */
export async function loadProfile(path: string): Promise<Profile> {
  const { readProfile } = await import("../../profile/profile.ts");
  const read = readProfile(await textOfFile(path, "--profile"), path);
  if (read.ok) return read.profile;
  throw faultsOf(path, read.findings);
}

/** A template of a profile, and what to call it in its faults. */
export async function profileText(
  profile: Profile,
  template: ProfileTemplate,
  setting: string,
): Promise<{ readonly text: string; readonly name: string }> {
  if (template.kind === "text") return { text: template.text, name: `${setting} of ${profile.source}` };
  const path = join(dirname(profile.source), template.path);
  return { text: await textOfFile(path, `${setting} of ${profile.source}`), name: path };
}

/** Runs what compiles the templates of a profile; their faults get their places in it. */
export async function withProfileFaults<T>(profile: Profile | undefined, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (profile === undefined || !(error instanceof TemplateError)) throw error;
    const finding = profile.templateFault(error.template, error.offset, error.problem);
    throw finding === undefined ? error : faultsOf(profile.source, [finding]);
  }
}

function faultsOf(path: string, findings: ConstructorParameters<typeof ConfigFaults>[1]): ConfigFaults {
  const count = findings.length === 1 ? "1 error" : `${findings.length} errors`;
  return new ConfigFaults(`the profile ${path} cannot be used: ${count}`, findings);
}

/** Strictly UTF-8; a byte order mark before it is left out. */
async function textOfFile(path: string, what: string): Promise<string> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new UsageError(`cannot read ${path} (${what}): ${reasonOf(error)}`);
  });
  const text = decodeUtf8(bytes);
  if (text === undefined) throw new UsageError(`${path} (${what}) is not UTF-8`);
  return text.replace(/^\ufeff/, "");
}
