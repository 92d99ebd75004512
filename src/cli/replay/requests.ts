import type { NamedText } from "../../plan/export-values.ts";
import { JTEL_BODY } from "../../plan/renderer.ts";
import type { Profile, ProfileRequest } from "../../profile/profile.ts";
import { UsageError } from "../exit-codes.ts";
import { profileText } from "../report-export/load-profile.ts";
import { contentTypeOption, methodOption, type ReplayFlags, templateOption } from "./options.ts";

/** The texts of one request, as they come of the options and the profile. */
export interface RequestTexts {
  readonly url: string;
  /** Where it comes from, for its faults. */
  readonly urlName: string;
  /** `Name: value` each. */
  readonly headers: readonly string[];
  readonly body?: NamedText;
  readonly contentType?: string;
  readonly method?: string;
}

export interface RequestsOfReplay {
  readonly report: RequestTexts;
  /** Absent: no token is asked for. */
  readonly token?: RequestTexts;
}

/** The options of one request. */
interface RequestFlags {
  readonly url: string | undefined;
  readonly headers: readonly string[];
  readonly body: string | undefined;
  readonly contentType: string | undefined;
  readonly method: string | undefined;
  /** Before the names of the options: "--" or "--token-". */
  readonly prefix: string;
}

/**
 * What is sent: a profile's settings, and options in their place. An option stands for the setting of its name; a header
 * for the header of its name; a body for the setting's body with its content type.
 *
 * @throws {UsageError} Where neither says where to send.
 */
export async function requestsOf(
  flags: ReplayFlags,
  profile: Profile | undefined,
  isToJtel: boolean,
): Promise<RequestsOfReplay> {
  const reportFlags = {
    url: flags.url,
    headers: flags.header ?? [],
    body: flags.body,
    contentType: flags.contentType,
    method: flags.method,
    prefix: "--",
  };
  const given = await requestOf(reportFlags, profile, "report");
  // What is converted to jtel has no report in it yet: the body is what carries it.
  const report = given !== undefined && isToJtel ? { body: JTEL_BODY, ...given } : given;
  if (report === undefined) {
    throw new UsageError(
      profile === undefined
        ? "--url says where to send, or --profile"
        : `${profile.source} sets no report.url`,
      "give --url URL",
    );
  }
  const tokenFlags = {
    url: flags.tokenUrl,
    headers: flags.tokenHeader ?? [],
    body: flags.tokenBody,
    contentType: flags.tokenContentType,
    method: flags.tokenMethod,
    prefix: "--token-",
  };
  const token = await requestOf(tokenFlags, profile, "token");
  return { report, ...(token === undefined ? {} : { token }) };
}

async function requestOf(
  flags: RequestFlags,
  profile: Profile | undefined,
  section: "report" | "token",
): Promise<RequestTexts | undefined> {
  const set: ProfileRequest | undefined = profile?.[section];
  const url = flags.url ?? set?.url;
  if (url === undefined) return undefined;
  const body = await bodyOf(flags, profile, set, section);
  const headers = headersOf(flags, set?.headers ?? []);
  const contentType = contentTypeOf(flags, set);
  const method =
    flags.method === undefined ? set?.method : methodOption(flags.method, `${flags.prefix}method`);
  return {
    url,
    urlName: flags.url === undefined ? `${section}.url of the profile` : `${flags.prefix}url`,
    headers,
    ...(body === undefined ? {} : { body }),
    ...(contentType === undefined ? {} : { contentType }),
    ...(method === undefined ? {} : { method }),
  };
}

async function bodyOf(
  { body, prefix }: RequestFlags,
  profile: Profile | undefined,
  set: ProfileRequest | undefined,
  section: string,
): Promise<NamedText | undefined> {
  if (body !== undefined) return await templateOption(body, `${prefix}body`);
  return set?.body === undefined ? undefined : await profileText(profile!, set.body, `${section}.body`);
}

/** A header of the options takes the place of the one of the same name; a body or a type that of its Content-Type. */
function headersOf(flags: RequestFlags, set: readonly string[]): string[] {
  const replaced = new Set(flags.headers.map(nameOf));
  if (flags.body !== undefined || flags.contentType !== undefined) replaced.add("content-type");
  return [...set.filter((header) => !replaced.has(nameOf(header))), ...flags.headers];
}

function contentTypeOf(flags: RequestFlags, set: ProfileRequest | undefined): string | undefined {
  if (flags.contentType !== undefined)
    return contentTypeOption(flags.contentType, `${flags.prefix}content-type`);
  const isReplaced =
    flags.body !== undefined || flags.headers.some((header) => nameOf(header) === "content-type");
  return isReplaced ? undefined : set?.contentType;
}

function nameOf(header: string): string {
  return (header.split(":", 1)[0] ?? "").trim().toLowerCase();
}
