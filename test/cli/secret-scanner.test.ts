import { createHash, generateKeyPairSync } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { Agent } from "node:http";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { post, startCapture } from "../soak/capture-kill.mjs";
import { answer } from "../support/fault-server.ts";
import { endpoint, folder, headersOf, hooks, QUICK, replayApart } from "./replay-support.ts";

/** As gitleaks 8 publishes them (config/gitleaks.toml), but for the last, which is RFC 6750's `b64token` behind its scheme. */
const RULES: Readonly<Record<string, RegExp>> = {
  "aws-access-token": /\b((?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16})\b/,
  "github-pat": /ghp_[0-9a-zA-Z]{36}/,
  jwt: /\b(ey[a-zA-Z0-9]{17,}\.ey[a-zA-Z0-9/\\_-]{17,}\.(?:[a-zA-Z0-9/\\_-]{10,}={0,2})?)(?:[`'"\s;]|\\[nr]|$)/m,
  "private-key": /-----BEGIN[ A-Z0-9_-]{0,100}PRIVATE KEY(?: BLOCK)?-----[\s\S-]{64,}?KEY(?: BLOCK)?-----/i,
  bearer: /\bbearer[ \t]+[\w.~+/-]{20,}/i,
};

/** So many characters of an alphabet, always the same: written out here, they would be findings themselves. */
function letters(alphabet: string, count: number, seed: string): string {
  const bytes = createHash("sha512").update(seed).digest();
  return Array.from(bytes.subarray(0, count), (byte) => alphabet[byte % alphabet.length]).join("");
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const BASE62 = `${LETTERS}${LETTERS.toLowerCase()}0123456789`;
const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

const ENV = {
  AWS: `AKIA${letters(`${LETTERS}234567`, 16, "aws")}`,
  GITHUB: `ghp_${letters(BASE62, 36, "github")}`,
  PEM: generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
};
const JWT = [
  base64url({ alg: "HS256", typ: "JWT" }),
  base64url({ sub: "1234567890", name: "Ada Example" }),
  letters(BASE62, 43, "signature"),
].join(".");

/** Names of the rules that find something in a text, or in what is Base64 in it. */
function findingsIn(text: string): string[] {
  const decoded = [...text.matchAll(/[A-Za-z0-9+/]{24,}={0,2}/g)].map(([base64]) =>
    Buffer.from(base64, "base64").toString("latin1"),
  );
  const texts = [text, ...decoded];
  return Object.keys(RULES).filter((name) => texts.some((one) => RULES[name]!.test(one)));
}

function expectNothingFound(into: string, atLeast: number): void {
  const names = readdirSync(into, { recursive: true, encoding: "utf8" }).filter((name) =>
    statSync(join(into, name)).isFile(),
  );
  const found = names.map((name) => [name, findingsIn(readFileSync(join(into, name), "utf8"))] as const);
  expect(found.filter(([, rules]) => rules.length > 0)).toEqual([]);
  expect(names.length).toBeGreaterThanOrEqual(atLeast);
}

const all = Object.keys(RULES).sort();

test.each([200, 400])(
  "a scanner for secrets finds none in what a replay leaves, when the endpoint answers %i and echoes them",
  async (status) => {
    let wire = "";
    const server = await endpoint((request) => {
      const { target, headers, body } = request;
      const text = `${target}\n${headers.map((header) => header.join(": ")).join("\n")}\n${body}`;
      wire += `${text}\n`;
      if (target === "/token") return answer(200, JSON.stringify({ access_token: JWT }));
      const echo = { text, encoded: Buffer.from(text).toString("base64") };
      return answer(status, JSON.stringify(echo), [`x-echo: ${headersOf(request).authorization}`]);
    });
    const into = folder();
    const run = await replayApart(
      [
        hooks(folder(), 3),
        ...["--url", `${server.url}/hook?id=$env.AWS`, "-H", "Authorization: Bearer $env.GITHUB"],
        ...["-H", "X-Session: $tokenResponse.body.JSON.access_token"],
        ...["--body", '{"key":"$env.PEM","hook":$payload}'],
        ...["--token-url", `${server.url}/token`, "--token-body", '{"key":"$env.PEM"}'],
        ...["--har", join(into, "x.har"), "--save-responses", join(into, "answers")],
        ...["--journal", join(into, "run.jsonl"), "--dead-letter", join(into, "dead.jsonl")],
        ...["--reporter", `html=${join(into, "x.html")}`, "--reporter", `junit=${join(into, "x.xml")}`],
        ...["--reporter", `json=${join(into, "x.json")}`, "--reporter", `jsonl=${join(into, "x.jsonl")}`],
        ...QUICK,
      ],
      ENV,
    );
    expect(run.code).toBe(status === 200 ? 0 : 1);
    expect(findingsIn(wire).sort()).toEqual(all);
    expect(findingsIn(run.stdout + run.stderr)).toEqual([]);
    expectNothingFound(into, 13);
  },
);

test("nor in what a capture keeps of the headers and the address", async () => {
  const into = folder();
  const server = await startCapture(["--out", join(into, "captured.jsonl")]);
  const agent = new Agent();
  onTestFinished(() => {
    agent.destroy();
    server.child.kill("SIGKILL");
  });
  const headers = {
    authorization: `Bearer ${ENV.GITHUB}`,
    "x-api-key": ENV.AWS,
    cookie: `session=${JWT}`,
    "x-auth-key": ENV.PEM.replaceAll("\n", " "),
  };
  expect(findingsIn(JSON.stringify(headers)).sort()).toEqual(all);
  expect(await post(agent, `${server.url}/hook?access_token=${JWT}`, '{"a":1}', headers)).toBe(200);
  server.child.kill("SIGTERM");
  await server.ended;
  expect(findingsIn(server.output() + server.problems())).toEqual([]);
  expectNothingFound(into, 1);
});
