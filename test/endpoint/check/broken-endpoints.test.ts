import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { severityOf } from "../../../src/diagnostics/catalogue.ts";
import { closedPort, type FaultServer, startFaultServer } from "../../support/fault-server.ts";
import { runInside } from "../../support/run-inside.ts";
import { certificatePath, identityOf } from "../../support/test-ca.ts";
import { atTimeLimit } from "../../support/time-limit.ts";
import { type BrokenEndpoint, brokenEndpoints } from "./broken-endpoints.ts";

/** Every endpoint is asked by the built command; each has a server of its own. */
const servers: FaultServer[] = [];
let garbled: FaultServer;
let closed = 0;

beforeAll(async () => {
  closed = await closedPort();
  garbled = await startFaultServer(() => undefined, {
    onConnection: (socket) => socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")),
  });
  servers.push(garbled);
});
afterAll(() => Promise.all(servers.map((server) => server.close())));

async function ask(endpoint: BrokenEndpoint, ...limits: readonly string[]) {
  const { answer = "", certificate } = endpoint;
  const script =
    typeof answer === "function"
      ? answer
      : (reply: { send(part: string | Uint8Array): void }) => reply.send(answer);
  const tls = certificate === undefined ? {} : { tls: { ...identityOf(certificate), ...endpoint.tls } };
  const server = await startFaultServer(script, tls);
  servers.push(server);
  const url = (endpoint.url ?? "$/x")
    .replace("$host", `127.0.0.1:${server.port}`)
    .replace("$port", String(server.port))
    .replace("$closed", String(closed))
    .replace("$garbled", String(garbled.port))
    .replace("$/", `${server.url}/`);
  const trust = ["--cacert", certificatePath("ca.pem")];
  return runInside(["check", "--reporter", "json", ...trust, ...(endpoint.args ?? []), ...limits, url]);
}

interface Report {
  readonly findings: readonly {
    code: string;
    severity: string;
    step: string;
    hint?: string;
    message: string;
  }[];
  readonly summary: { readonly steps: readonly { name: string; outcome: string }[] };
}

/** What every endpoint on a loopback socket without TLS has to hear. */
const USUAL = new Set(["check/private-address", "check/url-http"]);

function expectFound(one: BrokenEndpoint, run: Awaited<ReturnType<typeof ask>>): void {
  expect(run.stderr).toBe("");
  const report = JSON.parse(run.stdout) as Report;
  const codes = new Set(report.findings.map(({ code }) => code));
  expect([...codes].filter((code) => code === one.code || !USUAL.has(code)).sort()).toEqual(
    [one.code, ...(one.also ?? [])].sort(),
  );
  const finding = report.findings.find(({ code }) => code === one.code)!;
  expect(finding.step).toBe(one.step);
  expect(finding.hint).toMatch(/^\S.{15,}[^.]$/);
  const step = report.summary.steps.find(({ name }) => name === one.step)!;
  const severity = severityOf(one.code);
  if (severity !== "info") expect(step.outcome).toBe(severity);
  expect(run.code).toBe(one.exit);
  expect(run.stdout).not.toContain("canary");
}

describe("chatx check", () => {
  test.each(brokenEndpoints.map((one) => [`${one.step}: ${one.what}`, one] as const))(
    "tells %s",
    async (_, one) => {
      if (one.isTimeLimited) {
        await atTimeLimit(async (limitMs) => {
          expectFound(one, await ask(one, "--timeout", `${limitMs}ms`));
        });
      } else expectFound(one, await ask(one));
    },
  );

  test("has more than forty codes for them", () => {
    const own = new Set(brokenEndpoints.map(({ code }) => code).filter((code) => code.startsWith("check/")));
    expect(own.size).toBeGreaterThan(40);
  });
});
