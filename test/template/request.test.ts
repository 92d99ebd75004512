import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeUtf8 } from "../../src/json/text.ts";
import { payloadProvider } from "../../src/template/payload.ts";
import {
  captureProvider,
  dateTimeText,
  jsonProvider,
  textsProvider,
  tokenProvider,
} from "../../src/template/providers.ts";
import { compileRequest, environmentSecrets, namesRoot, renderRequest } from "../../src/template/request.ts";
import { root } from "../support/run-chatx.ts";
import { names, textOf, unwrap } from "./hostile.ts";

const template = compileRequest(
  {
    url: "https://staging.example.com/chats/$payload.id?key=$env.TOKEN",
    headers: [
      "Authorization: Bearer $tokenResponse.body.JSON.access_token",
      "X-Request: ${capture.headers.x-request-id}",
      "X-Status: $tokenResponse.status ${tokenResponse.headers.X-Quota}",
      "X-Shop: $var.shop",
    ],
    body: '{"client":"$ClientsID","at":"$dateTime","hook":$payload,"pdf":"$report.encoded.base64","size":$report.bytes,"from":"$capture.method"}',
  },
  names(),
);

const variables = new Map([
  ["payload", payloadProvider(encodeUtf8('{"id": 9007199254740993}'))],
  ["env", textsProvider({ TOKEN: "top secret" })],
  ["var", textsProvider({ shop: "Müller & Söhne" })],
  ["ClientsID", jsonProvider("42")],
  ["dateTime", jsonProvider(dateTimeText(Date.UTC(2024, 11, 31, 23, 30), 3_600_000))],
  ["report", jsonProvider({ encoded: { base64: "JVBERi0=" }, bytes: 5 })],
  [
    "capture",
    captureProvider({
      method: "POST",
      headers: [
        ["X-Request-ID", "a"],
        ["x-request-id", "b"],
      ],
    }),
  ],
  [
    "tokenResponse",
    tokenProvider({
      status: 201,
      headers: [["x-quota", "many more"]],
      json: { access_token: "abc.def", expires_in: 60 },
    }),
  ],
]);

describe("a request", () => {
  test("is rendered from all its variables, and its secrets are told", () => {
    const secrets: [string, string][] = [];
    const request = unwrap(
      renderRequest(template, { variables, onSecret: (secret, name) => secrets.push([name, secret]) }),
    );
    expect({ ...request, body: textOf(request.body!) }).toEqual({
      url: "https://staging.example.com/chats/9007199254740993?key=top%20secret",
      headers: [
        ["Authorization", "Bearer abc.def"],
        ["X-Request", "a, b"],
        ["X-Status", "201 many more"],
        ["X-Shop", "Müller & Söhne"],
      ],
      body: '{"client":"42","at":"2025-01-01 00:30:00","hook":{"id": 9007199254740993},"pdf":"JVBERi0=","size":5,"from":"POST"}',
    });
    expect(secrets).toEqual([
      ["env.TOKEN", "top secret"],
      ["tokenResponse.body.JSON.access_token", "abc.def"],
      ["tokenResponse.headers.X-Quota", "many more"],
    ]);
  });

  test("with a secret that is too short to be masked is not rendered", () => {
    const short = new Map([...variables, ["env", textsProvider({ TOKEN: "abc" })] as const]);
    const result = renderRequest(template, {
      variables: short,
      onSecret: () => expect.unreachable("it was told"),
    });
    expect(result).toMatchObject({ ok: false, problem: { code: "secret-too-short", name: "env.TOKEN" } });
    expect(JSON.stringify(result)).not.toContain('abc"');
  });

  test("tells every string and every number of a whole token answer as a secret", () => {
    const whole = compileRequest({ body: "$tokenResponse.body.JSON" }, names());
    const secrets: unknown[] = [];
    const answer = { token: "abcdef", list: ["ghijkl", "ok"], id: 1234567890, expires_in: 3600, ok: true };
    const known = new Map([["tokenResponse", tokenProvider({ status: 200, headers: [], json: answer })]]);
    unwrap(renderRequest(whole, { variables: known, onSecret: (...told) => secrets.push(told) }));
    const name = "tokenResponse.body.JSON";
    expect(secrets.map((told) => (told as unknown[]).slice(0, 3))).toEqual([
      ["abcdef", name],
      ["ghijkl", name],
      ["1234567890", name, true],
      ["3600", name, true],
    ]);
  });

  test("names the part that a fault is in", () => {
    const of = (request: Parameters<typeof compileRequest>[0]) => () => compileRequest(request, names());
    expect(of({ url: "https://x/$a" })).toThrow("(line 1, column 11 of the URL)");
    expect(of({ body: "{\n$a}" })).toThrow("(line 2, column 1 of the body)");
    expect(of({ body: "$a", bodyName: "hook.json" })).toThrow("(line 1, column 1 of hook.json)");
    expect(of({ url: "https://x/#a" })).toThrow("a fragment is never sent");
  });

  test("takes the body's syntax from a Content-Type header", () => {
    const text = compileRequest({ headers: ["content-type: text/plain"], body: "[$payload.id]!" }, names());
    expect(text.body).toMatchObject({ syntax: "text", contentType: "text/plain" });
  });

  test("says which roots and which secrets of the environment it needs", () => {
    expect(namesRoot(template, "tokenResponse")).toBe(true);
    expect(namesRoot(template, "conversation")).toBe(false);
    expect(environmentSecrets(template, { TOKEN: "x", OTHER: "y" })).toEqual([["env.TOKEN", "x"]]);
  });

  test("asks nothing of providers that it does not name", () => {
    const untouched = { value: () => expect.unreachable("it was asked") };
    const simple = compileRequest({ body: '{"a":1}' }, names());
    expect(
      textOf(unwrap(renderRequest(simple, { variables: new Map([["payload", untouched]]) })).body!),
    ).toBe('{"a":1}');
  });

  test("fails for a payload that is no JSON as for one that lacks the value", () => {
    const cases: [Uint8Array, string][] = [
      [Uint8Array.of(0xff), "has no value: this payload is not UTF-8 (its byte 1)"],
      [encodeUtf8("{"), "has no value: this payload is no JSON: it ends before"],
      [encodeUtf8("7"), "is missing in this payload"],
    ];
    for (const [bytes, why] of cases) {
      const broken = new Map([...variables, ["payload", payloadProvider(bytes)] as const]);
      expect(renderRequest(template, { variables: broken })).toMatchObject({
        ok: false,
        problem: {
          code: "missing",
          name: "payload.id",
          reason: expect.stringContaining(`$payload.id ${why}`),
        },
      });
    }
  });
});

describe("rendering", () => {
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "chatx-template-"));
    const script = [
      "import { compileRequest, renderRequest } from '@/request.ts';",
      "import { knownNames } from '@/known-names.ts';",
      "import { payloadProvider } from '@/payload.ts';",
      "import { Redactor } from '@/redact.ts';",
      "let refused = false;",
      "try { new Function('return 1')(); } catch { refused = true; }",
      "if (!refused) throw new Error('code generation is allowed');",
      "const hostile = '{{constructor.constructor(`return process`)()}} ${HOME} $payload';",
      "const bytes = new TextEncoder().encode(JSON.stringify({ text: hostile }));",
      "const variables = new Map([['payload', payloadProvider(bytes)]]);",
      "for (const body of ['{\"a\":\"$payload.text\",\"b\":$payload}', '<a b=\"$payload.text\">$payload.text</a>', 'a=$payload.text', 'x $payload.text']) {",
      "  const request = { url: 'https://x.example/$payload.text?q=$payload.text', headers: ['X-A: $payload.text'], body };",
      "  const result = renderRequest(compileRequest(request, knownNames()), { variables });",
      "  if (!result.ok) throw new Error(result.problem.reason);",
      "}",
      "const redactor = new Redactor(); redactor.add('a+b/c%d\"e', 'x');",
      "console.log(redactor.redact('done a+b/c%d\"e'));",
    ].join("\n");
    const bundle = await rolldown({
      input: "entry.ts",
      platform: "node",
      plugins: [
        {
          name: "entry",
          resolveId: (id) =>
            id === "entry.ts" ? id : id.startsWith("@/") ? join(root, "src/template", id.slice(2)) : null,
          load: (id) => (id === "entry.ts" ? script : null),
        },
      ],
    });
    await bundle.write({ file: join(folder, "run.mjs"), format: "esm" });
    await bundle.close();
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  test("needs no code generation from strings", () => {
    const run = spawnSync(
      process.execPath,
      ["--disallow-code-generation-from-strings", join(folder, "run.mjs")],
      {
        encoding: "utf8",
      },
    );
    expect(run).toMatchObject({ status: 0, stdout: "done ***\n", stderr: "" });
  });
});
