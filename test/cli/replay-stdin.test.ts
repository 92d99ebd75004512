import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { answer, type Reply } from "../support/fault-server.ts";
import { startChatx } from "../support/run-chatx.ts";
import { endpoint, endpointWith, folder, replayApart, totals } from "./replay-support.ts";

/** A run whose standard input stays open, as that of `tail -f | chatx replay` does. */
function fed(lines: string, args: readonly string[]) {
  const running = startChatx(["replay", ...args]);
  onTestFinished(() => void running.child.kill("SIGKILL"));
  running.send(Buffer.from(lines));
  return running;
}

test("a run that the endpoint stops ends though standard input stays open", async () => {
  const server = await endpointWith((reply: Reply) => reply.send(answer(410)));
  const run = await fed('{"n":1}\n{"n":2}\n', ["--url", server.url, "--concurrency", "1"]).ended();
  expect(run.code).toBe(5);
  expect(totals(run)).toMatchObject({ delivered: 0, failed: 0 });
  expect(run.stderr).toContain("410");
});

test("a run whose answers cannot be saved ends, too, and what was delivered is in the journal", async () => {
  const into = folder();
  const responses = join(into, "responses");
  const journal = join(into, "run.jsonl");
  const server = await endpointWith((reply, _, index) => {
    if (index === 1) {
      rmSync(responses, { recursive: true });
      writeFileSync(responses, "in its way");
    }
    reply.send(answer(200));
  });
  const args = ["--url", server.url, "--concurrency", "1", "--journal", journal];
  const run = await fed('{"n":1}\n{"n":2}\n{"n":3}\n', [...args, "--save-responses", responses]).ended();
  expect(run.code).toBe(4);
  expect(totals(run)).toMatchObject({ delivered: 2, unknown: 0, pending: 1 });
  rmSync(responses);
  const again = startChatx(["replay", ...args, "--resume"]);
  again.send(Buffer.from('{"n":1}\n{"n":2}\n{"n":3}\n'));
  again.child.stdin!.end();
  expect((await again.ended()).code).toBe(0);
  expect(server.requests.map(({ body }) => body.toString())).toEqual(['{"n":1}', '{"n":2}', '{"n":3}']);
});

test("a run that is interrupted while it waits for standard input ends with what it has", async () => {
  const server = await endpointWith((reply) => reply.send(answer(200)));
  const running = fed('{"n":1}\n', ["--url", server.url]);
  await server.until(() => server.requests.length === 1);
  running.child.kill("SIGINT");
  const run = await running.ended();
  expect(run.code).toBe(130);
});

test.each([
  ["shorter", '{"n":1}\n', 0],
  ["empty", "", 0],
  ["longer", '{"n":1}\n{"n":2}\n{"n":3}\n{"n":4}\n', 0],
  ["another one, behind what is delivered", '{"n":1}\n{"n":5}\n', 1],
])("a finished run is not resumed with other inputs: %s", async (_, lines, more) => {
  const into = folder();
  const server = await endpoint();
  const args = ["--url", server.url, "--journal", join(into, "run.jsonl"), "--allow-empty"];
  const first = await replayApart(args, {}, '{"n":1}\n{"n":2}\n{"n":3}\n'.slice(0, more === 1 ? 16 : 24));
  expect(first.code).toBe(0);
  const sent = server.requests.length;
  const run = await replayApart([...args, "--resume"], {}, lines);
  expect(run.code).toBe(2);
  expect(run.stderr).toContain("was written for other inputs");
  expect(server.requests).toHaveLength(sent);
});
