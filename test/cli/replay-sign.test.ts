import { webcrypto } from "node:crypto";
import { join } from "node:path";
import { expect, test } from "vitest";
import { answer, type ReceivedRequest } from "../support/fault-server.ts";
import { startChatx } from "../support/run-chatx.ts";
import { endpointWith, folder, headersOf, keyOf, linesFile, replayApart, totals } from "./replay-support.ts";

/** Published with the libraries of Standard Webhooks. */
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/** What a receiver does: the signature over id, time and the bytes that came, by another implementation than ours. */
async function isValid(request: ReceivedRequest): Promise<boolean> {
  const { "webhook-id": id, "webhook-timestamp": time, "webhook-signature": signature } = headersOf(request);
  const key = await webcrypto.subtle.importKey(
    "raw",
    Uint8Array.from(atob(SECRET.slice("whsec_".length)), (unit) => unit.charCodeAt(0)),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["verify"],
  );
  const [version, base64] = signature!.split(",");
  const bytes = Uint8Array.from(atob(base64!), (unit) => unit.charCodeAt(0));
  const signed = Buffer.concat([Buffer.from(`${id}.${time}.`), request.body]);
  return version === "v1" && (await webcrypto.subtle.verify("HMAC", key, bytes, signed));
}

test("a signed message keeps its id over retries, a kill and a resumed run; time and signature are fresh", async () => {
  const attempts = new Map<string, { readonly request: ReceivedRequest; readonly atMs: number }[]>();
  const isHard = (body: string) => /"n":[03],/.test(body);
  let isKilled = false;
  const server = await endpointWith((reply, request) => {
    const body = request.body.toString();
    const all = attempts.get(body) ?? [];
    attempts.set(body, [...all, { request, atMs: Date.now() }]);
    if (isKilled || !isHard(body)) reply.send(answer(200));
    else if (all.length === 0) reply.send(answer(503, "", ["retry-after: 1"]));
  });
  const into = folder();
  const input = linesFile(
    into,
    Array.from({ length: 6 }, (_, n) => ({ n, text: "Grüße, 😀" })),
  );
  const args = ["replay", input, "--url", server.url, "--journal", join(into, "run.jsonl")];
  args.push("--sign", "standard-webhooks", "--sign-secret", "env:SECRET");
  const env = { SECRET };
  const first = startChatx(args, { env });
  const hard = () => [...attempts].filter(([body]) => isHard(body)).map(([, all]) => all);
  await server.until(() => server.requests.length === 8);
  first.child.kill("SIGKILL");
  expect((await first.ended()).signal).toBe("SIGKILL");
  isKilled = true;
  // The time of a signature has whole seconds.
  const lastMs = Math.max(...hard().map((all) => all[1]!.atMs));
  while (Math.floor(Date.now() / 1000) === Math.floor(lastMs / 1000)) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const run = await replayApart([...args.slice(1), "--resume"], env);
  expect(totals(run)).toMatchObject({ planned: 6, delivered: 6 });
  expect(hard().map((all) => all.length)).toEqual([3, 3]);
  const ids = new Set<string>();
  for (const all of attempts.values()) {
    const [id, ...others] = new Set(all.map(({ request }) => headersOf(request)["webhook-id"]!));
    expect(others).toEqual([]);
    ids.add(id!);
    expect(new Set(all.map(({ request }) => keyOf(request))).size).toBe(1);
    const times = all.map(({ request }) => Number(headersOf(request)["webhook-timestamp"]));
    for (const [index, { request, atMs }] of all.entries()) {
      expect(await isValid(request)).toBe(true);
      expect(times[index]).toBeLessThanOrEqual(Math.floor(atMs / 1000));
      if (index > 0) expect(times[index]).toBeGreaterThan(times[index - 1]!);
    }
  }
  expect(ids.size).toBe(6);
  expect(run.stdout + run.stderr).not.toContain(SECRET.slice(6));
});
