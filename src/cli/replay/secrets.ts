import { step } from "../../json/pointer.ts";
import type { Profile } from "../../profile/profile.ts";
import { type Redactor, SHORTEST_SECRET } from "../../template/redact.ts";
import { isOpenToOthers } from "../../trust/tls-options.ts";
import {
  type LiteralSecret,
  secretsOfBody,
  secretsOfHeader,
  secretsOfUrl,
  secretsOfVariable,
} from "./literal-secrets.ts";
import type { ReplayFlags } from "./options.ts";
import type { RequestsOfReplay } from "./requests.ts";

/**
 * What looks like a secret and stands on the command line itself, where every user of the machine can read it. It is
 * masked like any other from then on.
 *
 * @param headers  `Name: value` each, as given with --header.
 * @returns A warning for each; none shows the value.
 */
export function secretHeaderOptions(headers: readonly string[], redactor: Redactor): string[] {
  return onCommandLine(
    headers.flatMap((header) => secretsOfHeader("--header", header)),
    redactor,
  );
}

function onCommandLine(secrets: readonly LiteralSecret[], redactor: Redactor): string[] {
  addTo(redactor, secrets);
  return secrets.map(
    ({ where, name }) =>
      `${where}: ${name} is given on the command line, which every user of this machine can read; write it as $env.NAME`,
  );
}

/** The same for all options of a replay, and for the files of its bodies (`@FILE`), which are copied and committed. */
export function commandLineSecrets(
  flags: ReplayFlags,
  { report, token }: RequestsOfReplay,
  redactor: Redactor,
): string[] {
  const { url, tokenUrl, header = [], tokenHeader = [], body, tokenBody } = flags;
  const bodies = [
    { option: "--body", given: body ?? "", text: report.body?.text },
    { option: "--token-body", given: tokenBody ?? "", text: token?.body?.text },
  ].filter(({ given }) => given !== "");
  const ofFiles = bodies
    .filter(({ given }) => given.startsWith("@"))
    .flatMap(({ option, given, text }) => secretsOfBody(`${given.slice(1)} of ${option}`, text));
  addTo(redactor, ofFiles);
  return [
    ...secretHeaderOptions(header, redactor),
    ...onCommandLine(
      [
        ...tokenHeader.flatMap((one) => secretsOfHeader("--token-header", one)),
        ...secretsOfUrl("--url", url),
        ...secretsOfUrl("--token-url", tokenUrl),
        ...bodies
          .filter(({ given }) => !given.startsWith("@"))
          .flatMap(({ option, text }) => secretsOfBody(option, text)),
        ...(flags.var ?? []).flatMap((one) => secretsOfVariable("--var", one)),
      ],
      redactor,
    ),
    ...ofFiles.map(
      ({ where, name }) => `${where}: ${name} is written in the file itself; write it as $env.NAME`,
    ),
  ];
}

/**
 * The same for a profile: a file that is copied, mailed and committed. Also said is whether others can read it.
 *
 * @param bodies  Templates of its bodies, where no option stands for them: that is where client secrets stand.
 */
export function profileSecrets(
  profile: Profile,
  bodies: { readonly report?: string | undefined; readonly token?: string | undefined },
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
    ...secretsOfBody(at("/report/body"), bodies.report),
    ...secretsOfBody(at("/token/body"), bodies.token),
  ];
  addTo(redactor, found);
  const warnings = found.map(
    ({ where, name }) => `${where}: ${name} is written in the profile itself; write it as $env.NAME`,
  );
  if (found.length > 0 && isOpenToOthers(source)) {
    warnings.push(`${source} holds a secret and can be read by others; chmod 600 it`);
  }
  return warnings;
}

function addTo(redactor: Redactor, secrets: readonly LiteralSecret[]): void {
  for (const { value } of secrets) {
    if (value.length >= SHORTEST_SECRET) redactor.add(value, "that is written out");
  }
}
