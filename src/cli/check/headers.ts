import { compileHeaders, renderHeaders } from "../../template/headers.ts";
import { type NameNode, Names } from "../../template/names.ts";
import { textsProvider } from "../../template/providers.ts";
import type { Redactor } from "../../template/redact.ts";
import { UsageError } from "../exit-codes.ts";

/**
 * The values of `--header`, in which `$env.NAME` may stand.
 *
 * @param redactor  Gets the secrets.
 * @throws {TemplateError | UsageError} For a header that cannot be sent, or a variable that is not set.
 */
export function headersFrom(
  headers: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  redactor: Redactor,
): (readonly [name: string, value: string])[] {
  const variables = new Map<string, NameNode>(
    Object.keys(env).map((name) => [name, { isSecret: true } as const]),
  );
  const names = new Names(
    new Map([["env", { members: variables, isOptional: true, hasValue: false } as const]]),
  );
  const rendered = renderHeaders(compileHeaders(headers, names), {
    variables: new Map([["env", textsProvider(env)]]),
    onSecret: (secret, name, isNumber) => redactor.add(secret, `$${name}`, isNumber),
  });
  if (!rendered.ok) throw new UsageError(`--header: ${rendered.problem.reason}`);
  return rendered.value;
}
