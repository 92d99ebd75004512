import type { Json } from "../json/value.ts";
import type { Conversation } from "../model/conversation.ts";
import { type NameNode, Names } from "../template/names.ts";
import { jsonProvider } from "../template/providers.ts";
import { compileUrl, renderUrl } from "../template/url.ts";

/** What `--url-template` may name below `$conversation`: what says which conversation it is. */
const CONVERSATION = group({
  id: {},
  origin: group({ format: {}, account: {}, id: {} }),
  visitor: group({ id: {}, email: {} }),
});

function group(members: Record<string, NameNode>): NameNode {
  return { members: new Map(Object.entries(members)), hasValue: false };
}

/**
 * The function behind `--url-template`.
 *
 * @returns For a conversation its URL, or undefined where a value of the template is missing in it.
 * @throws {TemplateError} For a template that cannot be used.
 */
export function urlFromTemplate(template: string): (conversation: Conversation) => string | undefined {
  const names = new Names(new Map([["conversation", CONVERSATION]]));
  const compiled = compileUrl(template, names, { hasFragment: true });
  return (conversation) => {
    // The model is plain data; its interface only lacks the index signature that Json asks for.
    const provider = jsonProvider(conversation as unknown as Json);
    const result = renderUrl(compiled, { variables: new Map([["conversation", provider]]) });
    return result.ok ? result.value : undefined;
  };
}
