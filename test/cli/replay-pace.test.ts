import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { randomFrom } from "../soak/random.mjs";
import { answer } from "../support/fault-server.ts";
import { runChatx } from "../support/run-chatx.ts";
import { endpointWith, folder, hook, linesFile, replayApart, totals } from "./replay-support.ts";

test("no message overtakes an earlier one of its conversation, whatever goes wrong on the way", async () => {
  // CHATX_CONVERSATIONS=200 makes it 4,000 messages; `run-order.test.ts` has as many, without the command around them.
  const [conversations, messages] = [Number(process.env.CHATX_CONVERSATIONS ?? 40), 20];
  const random = randomFrom(11);
  /** Number of the next message of each conversation; what came before has been answered with 200. */
  const next = new Map<number, number>();
  const overtaken: string[] = [];
  let retried = 0;
  const server = await endpointWith((reply, { body }) => {
    const [conversation, number] = body
      .toString()
      .match(/(\d+)\/(\d+)/)!
      .slice(1)
      .map(Number) as [number, number];
    if (number !== (next.get(conversation) ?? 0)) overtaken.push(`${conversation}: ${number}`);
    const fate = random();
    if (fate < 0.03) retried++;
    if (fate < 0.02) return reply.send(answer(503));
    if (fate < 0.03) return reply.reset();
    next.set(conversation, number + 1);
    if (fate < 0.9) reply.send(answer(200));
    else setTimeout(() => reply.send(answer(200)), random() * 20);
  });
  // One message of each conversation after the other, as a webhook receiver sees them.
  const hooks = Array.from({ length: conversations * messages }, (_, n) => {
    const [conversation, number] = [n % conversations, Math.floor(n / conversations)];
    return hook(conversation + 1, `${conversation}/${number}`);
  });
  const run = await replayApart([
    ...[linesFile(folder(), hooks), "--url", server.url, "--body", "$conversation.messages[0].text"],
    ...["--content-type", "text/plain", "--concurrency", "32"],
    ...["--retries", "12", "--retry-base", "2ms", "--retry-cap", "5ms"],
  ]);
  expect(overtaken).toEqual([]);
  expect(totals(run)).toMatchObject({ planned: hooks.length, delivered: hooks.length });
  expect(retried).toBeGreaterThan(5);
  expect(server.mostOpenConnections).toBeLessThanOrEqual(32);
});

// The endpoint's clock: where the machine stalls, requests that left in time pile up on their way, so once more then.
test("--rate holds over messages, retries and token calls together", { retry: 3 }, async () => {
  const at: number[] = [];
  const seen = new Set<string>();
  let tokens = 0;
  const server = await endpointWith((reply, { target, body }, index) => {
    at.push(performance.now());
    if (target === "/token") {
      tokens++;
      return reply.send(answer(200, `{"access_token":"token-${tokens}"}`));
    }
    // Every message has its token refused once: a third of all requests are token calls.
    const isFirst = !seen.has(body.toString());
    seen.add(body.toString());
    reply.send(answer(isFirst ? 401 : index % 9 === 4 ? 503 : 200));
  });
  const rate = 40;
  const run = await replayApart([
    ...[
      linesFile(
        folder(),
        Array.from({ length: 30 }, (_, n) => ({ n })),
      ),
      "--url",
      server.url,
    ],
    ...["--token-url", `${server.url}/token`, "-H", "X-Token: $tokenResponse.body.JSON.access_token"],
    ...["--rate", `${rate}/s`, "--concurrency", "2", "--retry-base", "2ms", "--retry-cap", "5ms"],
  ]);
  expect(totals(run)).toMatchObject({ delivered: 30 });
  expect(tokens).toBeGreaterThan(15);
  const busiest = Math.max(
    ...at.map((start) => at.filter((one) => one >= start && one < start + 1000).length),
  );
  // What falls due within 20 ms may leave together; the rest is for the way here, on a busy machine.
  expect(busiest).toBeLessThanOrEqual(rate * 1.15 + 1);
  expect(busiest).toBeGreaterThan(rate * 0.5);
});

test("--rate holds also where connections open late, and all at once", { retry: 3 }, async () => {
  const at: number[] = [];
  const server = await endpointWith((reply) => {
    at.push(performance.now());
    reply.send(answer(200));
  });
  const into = folder();
  const slowNames = join(into, "slow-names.cjs");
  writeFileSync(
    slowNames,
    `const dns = require("node:dns"); const { lookup } = dns; const due = performance.now() + 1200;
     dns.lookup = (...args) => setTimeout(() => lookup(...args), Math.max(0, due - performance.now()));`,
  );
  const records = linesFile(
    into,
    Array.from({ length: 40 }, (_, n) => ({ n })),
  );
  const url = server.url.replace("127.0.0.1", "localhost");
  const args = ["replay", records, "--url", url, "--rate", "20/s", "--concurrency", "20"];
  const run = await runChatx(args, { nodeArgs: ["--require", slowNames] });
  expect(totals(run)).toMatchObject({ delivered: 40 });
  const busiest = Math.max(
    ...at.map((start) => at.filter((one) => one >= start && one < start + 1000).length),
  );
  expect(busiest).toBeLessThanOrEqual(24);
});
