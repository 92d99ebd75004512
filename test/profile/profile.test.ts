import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { profileJsonSchema } from "../../src/profile/json-schema.ts";
import { type Profile, readProfile } from "../../src/profile/profile.ts";
import { root } from "../support/run-chatx.ts";

const WHOLE = `
$schema: urn:chatx:schema:profile
token:
  url: https://backend.example.com/token
  method: put
  headers: ["Accept: application/json", "X-Two: 2"]
  body: {file: token.json}
  contentType: application/json
report:
  url: https://backend.example.com/chats
  headers:
    Authorization: Bearer $tokenResponse.body.JSON.access_token
    X-Number: 7
  body: |
    {"pdf": "$report.encoded.base64"}
xmlTemplate: <a/>
clientsId: 0031
chatConnector:
  id: 90071992547409931
  name: Shop
pdata:
  name: John Doe
`;

function profile(text: string): Profile {
  const read = readProfile(text, "p.yaml");
  if (!read.ok) throw new Error(JSON.stringify(read.findings));
  return read.profile;
}

/** Code, line and column of every fault. */
function faults(text: string) {
  const read = readProfile(text, "p.yaml");
  if (read.ok) throw new Error("no fault found");
  return read.findings.map(({ code, line, column }) => [code, line, column]);
}

describe("a profile", () => {
  test("is read with all its settings; ids keep their digits", () => {
    expect(profile(WHOLE)).toMatchObject({
      source: "p.yaml",
      token: {
        url: "https://backend.example.com/token",
        method: "PUT",
        headers: ["Accept: application/json", "X-Two: 2"],
        body: { kind: "file", path: "token.json" },
        contentType: "application/json",
      },
      report: {
        headers: ["Authorization: Bearer $tokenResponse.body.JSON.access_token", "X-Number: 7"],
        body: { kind: "text", text: '{"pdf": "$report.encoded.base64"}\n' },
      },
      xmlTemplate: { kind: "text", text: "<a/>" },
      clientsId: "0031",
      chatConnector: { id: "90071992547409931", name: "Shop" },
      pdata: { name: "John Doe" },
    });
  });

  test("may be JSON, with tabs, escapes and any order", () => {
    const json = '{\n\t"report": {"url": "https:\\/\\/x.example\\u002f"},\n\t"pdata": "{name:\'J\'}"\n}';
    expect(profile(json)).toMatchObject({ report: { url: "https://x.example/" }, pdata: { name: "J" } });
  });

  test.each([
    "pdata: {name:'John Doe', email:'john.doe@example.com'}",
    "pdata: \"{name:'John Doe', email:'john.doe@example.com'}\"",
    "pdata: |\n  {name:'John Doe',\n   email:'john.doe@example.com'}",
    "pdata: {name: 'John Doe', email: john.doe@example.com}",
    "pdata:\n  name: John Doe\n  email: john.doe@example.com",
    '{"pdata": {"name": "John Doe", "email": "john.doe@example.com"}}',
  ])("takes pdata in every spelling: %s", (text) => {
    expect(profile(text).pdata).toEqual({ name: "John Doe", email: "john.doe@example.com" });
  });

  test.each<[string, string, (string | number)[][]]>([
    ["a misspelt setting", "repotr:\n  url: x", [["profile/unknown-setting", 1, 1]]],
    ["one below another", "report:\n  url: x\n  heders: {}", [["profile/unknown-setting", 3, 3]]],
    ["a token without URL", "token: {body: x}", [["schema/missing-field", 1, 8]]],
    ["a setting of another type", "report:\n  url: [1]", [["schema/wrong-type", 2, 8]]],
    ["a method that carries no body", "report: {method: HEAD}", [["schema/wrong-value", 1, 18]]],
    [
      "several at once",
      "clientsId: [1]\nchatConector: {}",
      [
        ["schema/wrong-type", 1, 12],
        ["profile/unknown-setting", 2, 1],
      ],
    ],
    ["pdata that is code", 'pdata: "{a: exit()}"', [["profile/pdata", 1, 13]]],
    ["the same in a block", "pdata: |\n  {a: 'x',\n   b: exit()}", [["profile/pdata", 3, 7]]],
    ["the same bare", "pdata: {a:'x', b:exit}", [["profile/pdata", 1, 18]]],
    ["a name twice", "report: {}\nreport: {}", [["profile/syntax", 2, 1]]],
    ["broken YAML", "report:\n  url: 'x", [["profile/syntax", 2, 10]]],
    ["several documents", "report: {}\n---\ntoken: {}", [["profile/syntax", 2, 1]]],
    ["a list", "- 1", [["schema/wrong-type", 1, 1]]],
    ["nothing", "", [["schema/wrong-type", 1, 1]]],
  ])("tells %s at its place", (_, text, wanted) => {
    expect(faults(text)).toEqual(wanted);
  });

  test("names the nearest setting", () => {
    const read = readProfile("reprot: {}", "p.yaml");
    expect(read).toMatchObject({ ok: false, findings: [{ hint: 'did you mean "report"?' }] });
  });
});

test("the profiles of the README and of the fixtures are profiles", () => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const example = /```yaml\n(clientsId[\s\S]*?)```/.exec(readme)![1]!;
  expect(profile(example)).toMatchObject({
    clientsId: "31",
    pdata: { name: "John Doe" },
    token: {},
    report: {},
  });
  const shipped = profile(readFileSync(join(root, "fixtures/jtel/profile.yaml"), "utf8"));
  expect(shipped.pdata).toEqual({ name: "John Doe", email: "john.doe@example.com" });
});

describe("what YAML can do beyond data", () => {
  const bomb = `a: &a [x,x]\n${"bcdefghij"
    .split("")
    .map((name, index) => `${name}: &${name} [${"*".concat("abcdefghi"[index]!, ",").repeat(9)}]`)
    .join("\n")}`;

  test.each([
    ["code", "report: !!js/function 'function(){ process.exit(9) }'"],
    ["a tag of one's own", "report: !env {url: x}"],
    ["binary", "xmlTemplate: !!binary aGk="],
    ["an anchor", "report: &a {url: x}"],
    ["an alias", "report: *a"],
    ["an alias bomb", bomb],
    ["a merge key", "report: {<<: {url: x}}"],
    ["__proto__", "__proto__: {url: x}"],
    ["__proto__ inside pdata", "pdata:\n  __proto__: {polluted: yes}"],
    ["a name that is a list", "? [a, b]\n: x"],
    ["a file that is too long", `xmlTemplate: "${"x".repeat(1_100_000)}"`],
  ])("is refused: %s", (_, text) => {
    expect(faults(text).map(([code]) => code)).toEqual(["profile/not-allowed"]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test("is refused when it is nested without end", () => {
    expect(faults(`pdata: ${"[".repeat(50_000)}`)).toHaveLength(1);
  });
});

describe("the JSON Schema of a profile", () => {
  const schema = profileJsonSchema();
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);

  test("takes what is a profile and refuses what is none", () => {
    expect(schema).toMatchObject({
      $id: "urn:chatx:schema:profile",
      $schema: "https://json-schema.org/draft/2020-12/schema",
    });
    expect(validate({ token: { url: "x" }, report: { headers: { A: "1" }, body: { file: "b.json" } } })).toBe(
      true,
    );
    expect(validate({ pdata: "{name:'x'}", clientsId: 3, chatConnector: { id: "7" } })).toBe(true);
    expect(validate({ repotr: {} })).toBe(false);
    expect(validate({ report: { heders: {} } })).toBe(false);
    expect(validate({ token: {} })).toBe(false);
  });

  test("describes every setting", () => {
    const missing: string[] = [];
    const walk = (node: Record<string, unknown>, path: string) => {
      for (const [name, inner] of Object.entries(
        (node.properties ?? {}) as Record<string, Record<string, unknown>>,
      )) {
        if (!inner.title || !inner.description) missing.push(`${path}/${name}`);
        walk(inner, `${path}/${name}`);
      }
    };
    walk(schema, "");
    expect(missing).toEqual([]);
  });
});
