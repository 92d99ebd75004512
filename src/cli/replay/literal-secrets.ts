import { isSecretName, isSecretParameter } from "../../trust/secret-names.ts";

/** What looks like a secret and is written out in a template. */
export interface LiteralSecret {
  /** The option or the line it stands in. */
  readonly where: string;
  readonly name: string;
  readonly value: string;
}

/** @param header  `Name: value`. */
export function secretsOfHeader(where: string, header: string): LiteralSecret[] {
  const [, name, value] = /^([^:]*):\s*(.*?)\s*$/s.exec(header) ?? [];
  return literals(where, [[name?.trim(), value]]);
}

/** Parameters of its query. */
export function secretsOfUrl(where: string, url = ""): LiteralSecret[] {
  const pairs = [...url.matchAll(/[?&]([^=&#]+)=([^&#]+)/g)].map(([, name, value]): Pair => [name, value]);
  return literals(where, pairs, percentDecoded, isSecretParameter);
}

/** Members of a JSON text, elements and attributes of XML, or fields of a form. */
export function secretsOfBody(where: string, body = ""): LiteralSecret[] {
  switch (/[^\s\ufeff]/.exec(body)?.[0]) {
    case "{":
    case "[":
      return literals(where, pairsOf(body, /"((?:[^"\\]|\\.)+)"\s*:\s*"((?:[^"\\]|\\.)+)"/gs), jsonDecoded);
    case "<":
      return [
        ...literals(where, pairsOf(body, /<([\w:.-]+)(?:\s[^<>]*)?>([^<>]+)<\/\1\s*>/g), xmlDecoded),
        ...literals(where, pairsOf(body, /\s([\w:.-]+)\s*=\s*"([^"<>]+)"/g), xmlDecoded),
        ...literals(where, pairsOf(body, /\s([\w:.-]+)\s*=\s*'([^'<>]+)'/g), xmlDecoded),
      ];
    default:
      return literals(where, pairsOf(body, /(?:^|&)([^=&\s"]+)=([^&\s"]+)/g), formDecoded);
  }
}

/** @param variable  `name=value`; the value is no template. */
export function secretsOfVariable(where: string, variable: string): LiteralSecret[] {
  const [, name, value] = /^([^=]*)=(.*)$/s.exec(variable) ?? [];
  return isSecretName(name ?? "") && value ? [{ where, name: name!, value }] : [];
}

type Pair = readonly [name: string | undefined, value: string | undefined];

function pairsOf(text: string, pattern: RegExp): Pair[] {
  return [...text.matchAll(pattern)].map(([, name, value]): Pair => [name, value]);
}

/** Names of OAuth that sound like secrets, and hold none. */
const NO_SECRET = /^(?:grant|token)_type$/i;

function literals(
  where: string,
  pairs: readonly Pair[],
  decoded: (text: string) => string = (text) => text,
  isSecretOf: (name: string) => boolean = isSecretName,
): LiteralSecret[] {
  return pairs.flatMap(([name, value]) => {
    const isSecret = name !== undefined && !!value && isSecretOf(name) && !NO_SECRET.test(name);
    return isSecret && isLiteral(value) ? [{ where, name, value: decoded(value.replaceAll("$$", "$")) }] : [];
  });
}

/** `$$` is a dollar sign, no variable. */
function isLiteral(template: string): boolean {
  return !template.replaceAll("$$", "").includes("$");
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function formDecoded(text: string): string {
  return percentDecoded(text.replaceAll("+", " "));
}

function jsonDecoded(text: string): string {
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return text;
  }
}

const XML_NAMES = new Map([
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
  ["amp", "&"],
]);

function xmlDecoded(text: string): string {
  return text.trim().replace(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => XML_NAMES.get(name)!);
}
