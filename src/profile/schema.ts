import { described, once, type Schema, text, wholeNumber, z } from "../formats/wire.ts";

/**
 * The shape of a profile: the fields of jtel's REST tab (documented on wiki.jtel.de, page "Chat Report Export") under
 * names of our own, as jtel publishes no file of these settings.
 */

/** A text of its own, or the name of a file that holds it. */
const template = (title: string, description: string, example: string) =>
  described(
    z.union([
      text(),
      z.object({
        file: described(text(), {
          title: "File",
          description: "Path of a UTF-8 file, from the folder of the profile.",
        }),
      }),
    ]),
    { title, description, examples: [example] },
  );

const idText = () => z.union([text(), wholeNumber()]);

const method = once(() =>
  z.string().check(
    z.refine(
      (name) =>
        /^[A-Za-z][A-Za-z0-9!#$%&'*+.^_`|~-]{0,19}$/.test(name) && !/^(?:connect|trace|head)$/i.test(name),
      {
        error: "a method such as POST, PUT or PATCH",
      },
    ),
  ),
);

const url = once(() => z.string().check(z.minLength(1, { error: "a URL" })));

const headers = (example: Record<string, string>) =>
  described(
    z.optional(
      z.union([z.record(z.string(), z.union([text(), wholeNumber(), z.boolean()])), z.array(text())]),
    ),
    {
      title: "Headers",
      description:
        "Names and values, or a list of texts `Name: value`. Values are templates; write secrets as $env.NAME.",
      examples: [example],
    },
  );

const contentType = () =>
  described(z.optional(text()), {
    title: "Content type",
    description: "Of the body; it decides how values are placed in it. Without one the body is looked at.",
    examples: ["application/json"],
  });

const TokenPost = once(() =>
  z.object({
    url: described(url(), {
      title: "URL",
      description: "Where the token is asked for. Values may stand in path and query.",
      examples: ["https://backend.example.com/oauth/token"],
    }),
    method: described(z.optional(method()), {
      title: "Method",
      description: "POST when left out.",
      examples: ["POST"],
    }),
    headers: headers({ Accept: "application/json" }),
    body: z.optional(
      template(
        "Body",
        "Template of the token request's body; empty when left out.",
        '{"client_secret":"$env.CLIENT_SECRET"}',
      ),
    ),
    contentType: contentType(),
  }),
);

const ReportPost = once(() =>
  z.object({
    url: described(z.optional(url()), {
      title: "URL",
      description: "Where each message is sent. Values may stand in path and query. --url takes its place.",
      examples: ["https://backend.example.com/chats"],
    }),
    method: described(z.optional(method()), {
      title: "Method",
      description: "When left out that of the capture, else POST.",
      examples: ["POST"],
    }),
    headers: headers({ Authorization: "Bearer $tokenResponse.body.JSON.access_token" }),
    body: z.optional(
      template(
        "Body",
        "Template of the body; the captured bytes when left out.",
        '{"pdf":"$report.encoded.base64"}',
      ),
    ),
    contentType: contentType(),
  }),
);

/** One profile. Members that are not named here are mistakes. */
export const ProfileShape = once(() =>
  z.object({
    $schema: described(z.optional(text()), {
      title: "Schema",
      description: "For editors: the address of this schema.",
      examples: ["urn:chatx:schema:profile"],
    }),
    token: described(z.optional(TokenPost()), {
      title: "Token post",
      description: "Phase 1: its answer is $tokenResponse. Left out where no token is needed.",
    }),
    report: described(z.optional(ReportPost()), {
      title: "Report export post",
      description: "Phase 2: one for each message.",
    }),
    xmlTemplate: z.optional(
      template(
        "XML template",
        "Rendered, and put into a body as $xmlTemplate.encoded.base64.",
        '<chat id="$conversation.id"/>',
      ),
    ),
    clientsId: described(z.optional(idText()), {
      title: "ClientsID",
      description: "The id of the client account: $ClientsID.",
      examples: ["31"],
    }),
    chatConnector: described(
      z.optional(
        z.object({
          id: described(z.optional(idText()), {
            title: "Id",
            description: "$chatConnector.id",
            examples: ["7"],
          }),
          name: described(z.optional(text()), {
            title: "Name",
            description: "$chatConnector.name",
            examples: ["Shop"],
          }),
        }),
      ),
      { title: "Chat connector", description: "Also named in the report." },
    ),
    pdata: described(z.optional(z.union([text(), z.record(z.string(), z.unknown())])), {
      title: "pdata",
      description:
        "The connector's own values, $pdata.NAME: an object, or the JavaScript literal of one as jtel writes it.",
      examples: [{ name: "John Doe" }, "{name:'John Doe', email:'john.doe@example.com'}"],
    }),
  }),
) as () => Schema;
