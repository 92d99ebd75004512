import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { validateXML } from "xmllint-wasm";
import { convert } from "../../src/library/convert.ts";
import { PdfTools, squeezed } from "../document/pdf-tools.ts";
import { answer, type ReceivedRequest } from "../support/fault-server.ts";
import { fixturePaths } from "../support/fixtures.ts";
import { root } from "../support/run-chatx.ts";
import {
  endpoint,
  folder,
  headersOf,
  hook,
  keyOf,
  linesFile,
  QUICK,
  replay,
  totals,
} from "./replay-support.ts";

const PROFILE = "fixtures/jtel/profile.yaml";
const ENV = { CLIENT_SECRET: "sesame-open" };
const tools = new PdfTools();
afterAll(() => tools.remove());

/** The customer's REST service: a token for the first path, a receipt for the other. */
function service(
  token: (index: number) => string,
  report: (request: ReceivedRequest, index: number) => number = () => 201,
) {
  let tokens = 0;
  return endpoint((request, index) => {
    if (request.target === "/oauth/token") return token(tokens++);
    return report(request, index);
  });
}

const granted = (name: string) => answer(200, JSON.stringify({ access_token: name, token_type: "bearer" }));

function to(server: { readonly url: string }): string[] {
  return [
    "--url",
    `${server.url}/clients/$ClientsID/chats`,
    "--token-url",
    `${server.url}/oauth/token`,
    ...QUICK,
  ];
}

interface Body {
  readonly client: string;
  readonly connector: { readonly id: string; readonly name: string };
  readonly contact: { readonly name: string; readonly email: string };
  readonly exportedAt: string;
  readonly file: { readonly name: string; readonly size: number; readonly content: string };
  readonly xml: string;
}

const bodyOf = (request: ReceivedRequest) => JSON.parse(request.body.toString("utf8")) as Body;
const pdfOf = (request: ReceivedRequest) => Buffer.from(bodyOf(request).file.content, "base64");
const xmlOf = (request: ReceivedRequest) => Buffer.from(bodyOf(request).xml, "base64").toString("utf8");

async function ferndesk(input: string | Uint8Array): Promise<string[]> {
  const lines: string[] = [];
  for await (const { json } of convert(input, { to: "ferndesk" })) lines.push(json);
  return lines;
}

describe("a report export with the profile that ships", () => {
  test("is a token post, then one report post for each conversation, complete in PDF, attachment and XML", async () => {
    const server = await service(() => granted("token-number-one"));
    const inputs = fixturePaths("smartsupp/valid");
    const run = await replay(["--profile", PROFILE, ...to(server), "--order", "input", ...inputs], ENV);
    expect(run.code, run.stderr).toBe(0);
    const [first, ...reports] = server.requests;
    expect([first!.method, first!.target, first!.body.toString("utf8")]).toEqual([
      "POST",
      "/oauth/token",
      "grant_type=client_credentials&client_id=jtel-31&client_secret=sesame-open",
    ]);
    expect(headersOf(first!)["content-type"]).toBe("application/x-www-form-urlencoded");
    expect(reports.length).toBe(inputs.length);
    for (const [index, request] of reports.entries()) {
      expect([request.method, request.target]).toEqual(["POST", "/clients/31/chats"]);
      expect(headersOf(request)).toMatchObject({
        authorization: "Bearer token-number-one",
        "content-type": "application/json",
      });
      expect(bodyOf(request)).toMatchObject({
        client: "31",
        connector: { id: "7", name: 'Shop "North" & South' },
        contact: { name: "John Doe", email: "john.doe@example.com" },
        exportedAt: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
        file: { size: pdfOf(request).length, content: expect.stringMatching(/^[A-Za-z0-9+/]+={0,2}$/) },
      });
      const input = readFileSync(join(root, inputs[index]!));
      const attached = JSON.parse(tools.attachment(pdfOf(request), "conversation.json")).conversation;
      const text = squeezed(tools.text(pdfOf(request)).normalize("NFC"));
      for (const { text: said } of attached.messages) {
        // Characters that no font has are drawn as boxes; words in letters are there as they were written.
        for (const word of said.normalize("NFC").match(/[\p{Script=Latin}\d]{3,}/gu) ?? [])
          expect(text).toContain(word);
      }
      expect(await ferndesk(request.body)).toEqual(await ferndesk(input));
      if (index % 4 === 0)
        expect((await validateXML({ xml: xmlOf(request), normalization: "format" })).errors).toEqual([]);
    }
    expect(tools.check(pdfOf(reports[0]!))).toContain("No syntax or stream encoding errors");
    expect(tools.info(pdfOf(reports[0]!)).get("Author")).toBe('Shop "North" & South');
  });

  test("holds for hostile values, by another parser's word", async () => {
    const into = folder();
    const hostile = `Eve</visitor><admin a="1"/>]]> & "quotes' $pdata.name <!-- ${String.fromCodePoint(0x1f600)} \u2028`;
    const document = hook(1, "hi") as { visitor: { name: string; email: string } };
    document.visitor = { ...document.visitor, name: hostile, email: `"><x y='${"z".repeat(300)}` };
    const server = await service(() => granted("token-number-one"));
    const run = await replay(["--profile", PROFILE, ...to(server), linesFile(into, [document])], ENV);
    expect(run.code, run.stderr).toBe(0);
    const xml = xmlOf(server.requests[1]!);
    const checked = await validateXML({ xml, normalization: "format" });
    expect(checked.errors).toEqual([]);
    expect(checked.normalized.match(/<[a-z]+/g)).toEqual([
      "<chat",
      "<visitor",
      "<contact",
      "<exported",
      "<pdf",
    ]);
    const visitor = /<visitor[^>]*>(.*)<\/visitor>/s.exec(xml)![1]!;
    const decoded = visitor.replace(/&(lt|gt|amp|#(\d+));/g, (_, name, code) =>
      code ? String.fromCodePoint(Number(code)) : { lt: "<", gt: ">", amp: "&" }[name as "lt"],
    );
    expect(decoded).toBe(hostile);
  });

  test("fails a message whose value XML cannot hold, and sends the others", async () => {
    const into = folder();
    const nul = hook(1, "hi") as { visitor: { name: string } };
    nul.visitor.name = "NUL \u0000";
    const server = await service(() => granted("token-number-one"));
    const run = await replay(["--profile", PROFILE, ...to(server), linesFile(into, [nul, hook(2)])], ENV);
    expect(run.code).toBe(1);
    expect(totals(run)).toMatchObject({ planned: 2, delivered: 1, failed: 1 });
    expect(run.stderr).toContain("U+0000, which XML 1.0 cannot");
  });

  test("counts Base64 with --report-bytes encoded, and writes times in --time-zone", async () => {
    const server = await service(() => granted("token-number-one"));
    const args = [
      "--report-bytes",
      "encoded",
      "--time-zone",
      "Asia/Tokyo",
      "fixtures/smartsupp/valid/offline-message.json",
    ];
    const before = Date.now();
    expect((await replay(["--profile", PROFILE, ...to(server), ...args], ENV)).code).toBe(0);
    const { file, exportedAt } = bodyOf(server.requests[1]!);
    expect(file.size).toBe(file.content.length);
    const sent = Date.parse(`${exportedAt.replace(" ", "T")}+09:00`);
    expect(sent).toBeGreaterThanOrEqual(before - 1000);
    expect(sent).toBeLessThanOrEqual(Date.now());
  });

  test("gives one report for each conversation of events with --to jtel", async () => {
    const server = await service(() => granted("token-number-one"));
    const inputs = [
      "fixtures/userlike/valid/chat-session_start.json",
      "fixtures/userlike/valid/chat-session_end.json",
    ];
    const run = await replay(["--profile", PROFILE, "--to", "jtel", ...to(server), ...inputs], ENV);
    expect(run.code, run.stderr).toBe(0);
    expect(totals(run)).toMatchObject({ planned: 1, delivered: 1 });
    expect(await ferndesk(server.requests[1]!.body)).toHaveLength(1);
  });
});

describe("the token of a report export", () => {
  test("is renewed once for all when it expires between two posts", async () => {
    const into = folder();
    const server = await service(
      (index) => granted(`token-number-${index}`),
      (request) =>
        headersOf(request).authorization === "Bearer token-number-0" &&
        request.target.length > 0 &&
        seen++ > 0
          ? 401
          : 201,
    );
    let seen = 0;
    const inputs = linesFile(into, [hook(1), hook(2), hook(3)]);
    const run = await replay(["--profile", PROFILE, ...to(server), "--concurrency", "1", inputs], ENV);
    expect(run.code, run.stderr).toBe(0);
    expect(totals(run)).toMatchObject({ planned: 3, delivered: 3 });
    expect(server.requests.filter(({ target }) => target === "/oauth/token")).toHaveLength(2);
    const reports = server.requests.filter(({ target }) => target !== "/oauth/token");
    expect(reports).toHaveLength(4);
    // The message that met the old token is sent again under the same name and with the same report.
    expect(keyOf(reports[2]!)).toBe(keyOf(reports[1]!));
    expect(pdfOf(reports[2]!).equals(pdfOf(reports[1]!))).toBe(true);
  });

  test.each([
    ["markup", answer(200, "<html>please log in</html>")],
    ["nothing", answer(200, "")],
    ["no access_token", answer(200, '{"token":"x"}')],
    ["one with a line break", answer(200, '{"access_token":"abcdef\\r\\nX-Evil: 1"}')],
    ["a refusal", answer(401, '{"error":"invalid_client"}')],
  ])("that is %s ends the run, and no message is to blame", async (_, reply) => {
    const into = folder();
    const server = await service(() => reply);
    const dead = join(into, "dead.jsonl");
    const args = ["--retries", "0", "--dead-letter", dead, linesFile(into, [hook(1), hook(2)])];
    const run = await replay(["--profile", PROFILE, ...to(server), ...args], ENV);
    expect(run.code, run.stderr).toBe(5);
    expect(totals(run)).toMatchObject({ planned: 2, pending: 2, failed: 0 });
    expect(server.requests.every(({ target }) => target === "/oauth/token")).toBe(true);
    expect(readFileSync(dead, "utf8")).toBe("");
  });
});

describe("a profile and its options", () => {
  test("keep the names of messages over runs, so that a resumed run sends the rest", async () => {
    const into = folder();
    const journal = join(into, "run.jsonl");
    const inputs = linesFile(into, [hook(1), hook(2)]);
    const first = await service(
      () => granted("token-number-one"),
      ({ body }) => (body.includes("4711-2") ? 400 : 201),
    );
    const args = ["--profile", PROFILE, ...to(first), "--journal", journal, inputs];
    expect((await replay(args, ENV)).code).toBe(1);
    const other = await service(() => granted("token-number-two"));
    const again = ["--profile", PROFILE, ...to(other), inputs];
    expect((await replay(again, ENV)).code).toBe(0);
    const keys = (server: { readonly requests: readonly ReceivedRequest[] }) =>
      server.requests
        .filter(({ target }) => target !== "/oauth/token")
        .map(keyOf)
        .sort();
    expect(keys(other)).toEqual(keys(first));
    const changed = join(into, "changed.yaml");
    writeFileSync(changed, readFileSync(join(root, PROFILE), "utf8").replace("John Doe", "Jane Doe"));
    const resumed = await replay(
      ["--profile", changed, ...to(first), "--journal", journal, "--resume", inputs],
      ENV,
    );
    expect(resumed.code).toBe(2);
    expect(resumed.stderr).toContain("pdata");
  });

  test("override one another as the README says", async () => {
    const into = folder();
    const profile = join(into, "p.yaml");
    writeFileSync(
      profile,
      "report:\n  url: https://nobody.invalid/\n  method: PUT\n  contentType: text/plain\n  headers: {X-One: one, X-Two: two}\n  body: {file: body.txt}\n",
    );
    writeFileSync(join(into, "body.txt"), "chat $conversation.id");
    const server = await endpoint();
    const inputs = linesFile(into, [hook(1)]);
    expect((await replay(["--profile", profile, "--url", server.url, "-H", "x-two: 2", inputs])).code).toBe(
      0,
    );
    const body = ["--body", '{"id":"$conversation.id"}', "--method", "PATCH"];
    expect((await replay(["--profile", profile, "--url", server.url, ...body, inputs])).code).toBe(0);
    const [one, two] = server.requests;
    expect([one!.method, one!.body.toString("utf8")]).toEqual(["PUT", "chat smartsupp-4711-1"]);
    expect(headersOf(one!)).toMatchObject({ "x-one": "one", "x-two": "2", "content-type": "text/plain" });
    expect([two!.method, two!.body.toString("utf8")]).toEqual(["PATCH", '{"id":"smartsupp-4711-1"}']);
    expect(headersOf(two!)).toMatchObject({ "x-two": "two", "content-type": "application/json" });
  });

  test("send the captured bytes where the profile has no body", async () => {
    const into = folder();
    const profile = join(into, "p.json");
    const server = await endpoint();
    writeFileSync(
      profile,
      JSON.stringify({ report: { url: `${server.url}/hook`, headers: { "X-Own": "$record.line" } } }),
    );
    const inputs = linesFile(into, [hook(1)]);
    expect((await replay(["--profile", profile, inputs])).code).toBe(0);
    expect(server.requests[0]!.body.toString("utf8")).toBe(readFileSync(inputs, "utf8").trim());
    expect(headersOf(server.requests[0]!)["x-own"]).toBe("1");
  });

  test("send a captured report as it was, whatever is read out of it", async () => {
    const into = folder();
    const { report } = JSON.parse(
      readFileSync(join(root, "fixtures/jtel/valid/plain-pdf-in-lines.json"), "utf8"),
    );
    const body = `<export>\n<pdf>${report}</pdf></export>`;
    const capture = {
      method: "PUT",
      url: "https://x.example/",
      headers: { "Content-Type": "application/xml" },
      body,
    };
    const server = await endpoint();
    const args = ["--url", server.url, "-H", "X-Id: $conversation.id", "-H", "X-Size: $report.bytes"];
    const run = await replay([...args, linesFile(into, [capture])]);
    expect(run.code, run.stderr).toBe(0);
    const [request] = server.requests;
    expect([request!.method, request!.body.toString("utf8")]).toEqual(["PUT", body]);
    expect(headersOf(request!)).toMatchObject({
      "content-type": "application/xml",
      "x-id": expect.stringMatching(/^jtel-\d+$/),
    });
    expect(Number(headersOf(request!)["x-size"])).toBeGreaterThan(10_000);
  });

  test.each<[string, string, string]>([
    [
      "an unknown variable",
      "report: {url: 'https://x.example', body: '{\"a\":\"$pdata.nmae\"}'}\npdata: {name: x}",
      "p.yaml:1:49",
    ],
    [
      "a value that the profile does not set",
      'report:\n  url: https://x.example\n  body: |\n    {"a": "$ClientsID"}',
      "p.yaml:4:12",
    ],
    [
      "the report in a token post",
      "token:\n  url: https://x.example\n  body: $report.bytes\nreport: {url: 'https://x.example'}",
      "p.yaml:3:9",
    ],
    [
      "the token in a token post",
      "token:\n  url: https://x.example\n  headers: {A: $tokenResponse.status}\nreport: {url: 'https://x.example'}",
      "p.yaml:3:16",
    ],
    [
      "the XML template in itself",
      "report: {url: 'https://x.example'}\nxmlTemplate: <a>$xmlTemplate.encoded.base64</a>",
      "p.yaml:2:17",
    ],
    ["XML that is none", "report: {url: 'https://x.example'}\nxmlTemplate: <a><b></a>", "p.yaml:2:"],
    ["a header that is none", "report:\n  url: https://x.example\n  headers:\n    A B: x", "p.yaml:4:"],
    ["a value in the host", "report:\n  url: https://$conversation.id.example/", "p.yaml:2:16"],
    ["a misspelt setting", "report:\n  urll: x", "p.yaml:2:3"],
  ])("refuse %s at its place, before anything is sent", async (_, text, place) => {
    const into = folder();
    const profile = join(into, "p.yaml");
    writeFileSync(profile, text);
    const run = await replay(["--profile", profile, "fixtures/smartsupp/valid"]);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(`--> ${join(into, place)}`);
    expect(run.stderr).toContain(`chatx: the profile ${profile} cannot be used: 1 error\n`);
    expect(run.stdout).toBe("");
  });

  test("warn about secrets that are written out, and mask them", async () => {
    const into = folder();
    const profile = join(into, "p.yaml");
    writeFileSync(
      profile,
      'token:\n  url: https://x.example\n  body: \'{"client_secret": "in-the-clear"}\'\nreport:\n  url: https://x.example\n  headers:\n    X-Api-Key: key-in-the-clear\n',
      { mode: 0o644 },
    );
    const run = await replay(["--profile", profile, "--dry-run", "fixtures/smartsupp/valid"]);
    expect(run.stderr).toContain(
      `${profile}:7: X-Api-Key is written in the profile itself; write it as $env.NAME`,
    );
    expect(run.stderr).toContain(`${profile}:3: client_secret is written in the profile itself`);
    expect(run.stderr).toContain("can be read by others; chmod 600 it");
    expect(run.stdout + run.stderr).not.toContain("in-the-clear");
  });

  test("say what is missing", async () => {
    expect(await replay(["x.json"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("--url says where to send"),
    });
    const nowhere = await replay(["--profile", "nowhere.yaml", "x.json"]);
    expect(nowhere).toMatchObject({ code: 2, stderr: expect.stringContaining("cannot read nowhere.yaml") });
  });

  test("are shown in a dry run without a flood of Base64", async () => {
    const run = await replay(
      ["--profile", PROFILE, "--dry-run", "fixtures/smartsupp/valid/offline-message.json"],
      ENV,
    );
    expect(run.code).toBe(0);
    expect(run.stdout.length).toBeLessThan(2500);
    expect(run.stdout).toMatch(/"content": "JVBERi0[^"]{10,30}…\(\d+ characters of Base64\)"/);
    expect(run.stdout).not.toContain("sesame");
  });
});
