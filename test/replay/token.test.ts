import { describe, expect, test } from "vitest";
import { tokenCheck } from "../../src/plan/token-check.ts";
import { createTokenSource, TOKEN_BODY_BYTES, type TokenOptions } from "../../src/replay/token.ts";
import type { TokenResult } from "../../src/replay/types.ts";
import { knownNames } from "../../src/template/known-names.ts";
import { compileRequest } from "../../src/template/request.ts";
import type { HttpRequest, SendResult } from "../../src/transport/types.ts";
import { answer } from "../support/fault-server.ts";
import { post, serverFor, transportFor } from "./sending.ts";

const request: HttpRequest = post("https://login.example.com/token", "secret=canary");
const signal = new AbortController().signal;

/** The check of a run that names this in a header. */
function named(variable: string) {
  return tokenCheck(compileRequest({ headers: [`Authorization: Bearer ${variable}`] }, knownNames()));
}

function said(status: number, body: unknown, isBodyClipped = false): SendResult {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { kind: "answer", status, headers: [], body: Buffer.from(text), isBodyClipped, durationMs: 1 };
}

/** A source over scripted results, with a clock that is set by hand. */
function source(results: readonly (SendResult | Promise<SendResult>)[], options: Partial<TokenOptions> = {}) {
  const state = { now: 0, asked: 0 };
  const tokens = createTokenSource({
    request: () => ({ ok: true, request }),
    send: async () => results[Math.min(state.asked++, results.length - 1)]!,
    whyUnusable: named("$tokenResponse.body.JSON.access_token"),
    clock: { now: () => state.now },
    ...options,
  });
  return { state, tokens };
}

function tokenOf(result: TokenResult): unknown {
  return result.kind === "token"
    ? (result.token.json as { access_token: unknown }).access_token
    : result.code;
}

describe("a token", () => {
  test("is asked for once, however many senders want it", async () => {
    const { state, tokens } = source([said(200, { access_token: "token-one" })]);
    const all = await Promise.all(Array.from({ length: 20 }, () => tokens.current(signal)));
    expect(all.map(tokenOf)).toEqual(Array(20).fill("token-one"));
    expect(tokenOf(await tokens.current(signal))).toBe("token-one");
    expect(state.asked).toBe(1);
    expect(new Set(all.map((one) => one.kind === "token" && one.token)).size).toBe(1);
  });

  test("that is refused in mid-run is renewed once for all senders", async () => {
    const { state, tokens } = source([
      said(200, { access_token: "token-one" }),
      said(200, { access_token: "token-two" }),
    ]);
    const first = await tokens.current(signal);
    if (first.kind !== "token") throw new Error("no token");
    const all = await Promise.all(Array.from({ length: 20 }, () => tokens.renew(first.token, signal)));
    expect(all.map(tokenOf)).toEqual(Array(20).fill("token-two"));
    // A sender whose 401 comes late gets what is in use.
    expect(tokenOf(await tokens.renew(first.token, signal))).toBe("token-two");
    expect(state.asked).toBe(2);
  });

  test.each([
    [3600, 3570_000],
    ["3600", 3570_000],
    [60, 54_000],
    ["60", 54_000],
    [1, 900],
    [0.001, 900],
  ])("that expires in %j seconds is renewed shortly before", async (seconds, renewAt) => {
    const { state, tokens } = source([said(200, { access_token: "aaaa", expires_in: seconds })]);
    await tokens.current(signal);
    state.now = renewAt - 1;
    await tokens.current(signal);
    expect(state.asked).toBe(1);
    state.now = renewAt;
    await tokens.current(signal);
    expect(state.asked).toBe(2);
  });

  test.each([[undefined], [-1], [0], ["-1"], ["soon"], [""], [null], [true], ["1e99"], ["0x10"], [{}]])(
    "that expires in %j is used until it is refused",
    async (seconds) => {
      const { state, tokens } = source([said(200, { access_token: "aaaa", expires_in: seconds })]);
      await tokens.current(signal);
      state.now = 1e12;
      await tokens.current(signal);
      expect(state.asked).toBe(1);
    },
  );

  test("may claim to live for ever", async () => {
    const { state, tokens } = source([said(200, '{"access_token":"aaaa","expires_in":1e99}')]);
    await tokens.current(signal);
    state.now = 1e15;
    expect(tokenOf(await tokens.current(signal))).toBe("aaaa");
    expect(state.asked).toBe(1);
  });

  test("lives from when it was asked for, not from when the answer came", async () => {
    const { state, tokens } = source([], {
      send: async () => {
        state.asked++;
        state.now += 30_000;
        return said(200, { access_token: "aaaa", expires_in: 60 });
      },
    });
    await tokens.current(signal);
    state.now = 54_000;
    await tokens.current(signal);
    expect(state.asked).toBe(2);
  });

  test("may be a number; and any JSON where the templates name nothing of it", async () => {
    expect(tokenOf(await source([said(200, '{"access_token":12345}')]).tokens.current(signal))).toBe(12345);
    for (const body of ["[]", "null", "<html>", ""]) {
      const result = await source([said(200, body)], { whyUnusable: () => undefined }).tokens.current(signal);
      expect(result.kind).toBe("token");
    }
  });

  test("may stand deep in the answer", async () => {
    const whyUnusable = named("$tokenResponse.body.JSON.data.tokens[1].value");
    const good = source([said(200, { data: { tokens: [{}, { value: "long-enough" }] } })], {
      whyUnusable,
    });
    expect((await good.tokens.current(signal)).kind).toBe("token");
    const bad = source([said(200, { data: { tokens: [] } })], { whyUnusable });
    expect(await bad.tokens.current(signal)).toMatchObject({
      code: "token-unusable",
      reason: expect.stringContaining("$tokenResponse.body.JSON.data.tokens[1].value has no value"),
    });
  });
});

describe("an answer without a usable token stops the run, and the token is not shown", () => {
  test.each([
    ["no token", {}, "a JSON object: $tokenResponse.body.JSON.access_token has no value"],
    ["a list", [], "a JSON array: $tokenResponse.body.JSON.access_token has no value"],
    ["null", { access_token: null }, "access_token is null, which is no text"],
    ["an empty token", { access_token: "" }, "access_token has fewer than 4 characters"],
    ["a short token", { access_token: "can" }, "access_token has fewer than 4 characters"],
    ["white space", { access_token: "     " }, "header Authorization would begin or end with a blank"],
    ["a tab", { access_token: "canary\t" }, "access_token holds U+0009"],
    ["an object", { access_token: { canary: 1 } }, "access_token is an object"],
    ["a line end", { access_token: "canary\r\nx-injected: 1" }, "access_token holds U+000D"],
    ["a NUL", { access_token: "canary\u0000" }, "access_token holds U+0000"],
    ["a DEL", { access_token: "canary\u007f" }, "access_token holds U+007F"],
    ["a letter beyond Latin-1", { access_token: "canary\u010d" }, "access_token holds U+010D"],
    ["17 KB", { access_token: "canary".repeat(2800) }, "is too long for a header or a URL"],
    ["HTML", "<html>canary</html>", "answered 200 with no JSON: "],
    ["nothing", "", "answered 200 with no JSON: "],
    ["a lone surrogate", '{"access_token":"canary\\ud800"}', "answered 200 with no JSON: "],
  ])("%s", async (_, body, reason) => {
    const { tokens } = source([said(200, body)]);
    const result = await tokens.current(signal);
    expect(result).toMatchObject({
      kind: "refused",
      code: "token-unusable",
      reason: expect.stringContaining(reason),
    });
    expect(JSON.stringify(result)).not.toContain("canary");
  });

  test.each([
    [said(401, "canary"), "token-refused"],
    [said(403, "canary"), "token-refused"],
    [said(400, "canary"), "token-failed"],
    [said(302, "canary"), "token-failed"],
    [said(500, "canary"), "token-failed"],
    [said(200, { access_token: "canary" }, true), "token-unusable"],
    [
      {
        kind: "fault",
        certainty: "unknown",
        isPermanent: false,
        code: "answer-timeout",
        message: "login.example.com:443 did not answer in time",
        durationMs: 1,
      } as const,
      "token-unreachable",
    ],
  ])("result %#", async (result, code) => {
    const { state, tokens } = source([result]);
    const first = await tokens.current(signal);
    expect(first).toMatchObject({ kind: "refused", code });
    expect(JSON.stringify(first)).not.toContain("canary");
    // The senders that come after do not ask again.
    expect(await tokens.current(signal)).toBe(first);
    expect(state.asked).toBe(1);
  });

  test("a name that is no own member of the answer", async () => {
    const { tokens } = source([said(200, "{}")], {
      whyUnusable: named("$tokenResponse.body.JSON.constructor"),
    });
    expect(await tokens.current(signal)).toMatchObject({
      reason: expect.stringContaining("$tokenResponse.body.JSON.constructor has no value"),
    });
  });

  test("a request that cannot be made", async () => {
    const { tokens } = source([], { request: () => ({ ok: false, reason: "$env.SECRET is not set" }) });
    expect(await tokens.current(signal)).toMatchObject({
      code: "token-request",
      reason: expect.stringContaining("$env.SECRET is not set"),
    });
  });
});

test("a stopped run ends the wait for a token, and a later one may ask again", async () => {
  const stop = new AbortController();
  const { tokens, state } = source([], {
    send: () => {
      state.asked++;
      return new Promise((_, reject) =>
        stop.signal.addEventListener("abort", () => reject(stop.signal.reason)),
      );
    },
  });
  const waiting = tokens.current(stop.signal);
  stop.abort(new Error("stopped"));
  await expect(waiting).rejects.toThrow("stopped");
  await expect(tokens.current(stop.signal)).rejects.toThrow("stopped");
});

test("the answer of a real token endpoint is taken over the transport; one of 1 MB is not", async () => {
  const server = await serverFor((reply, _, index) =>
    reply.send(
      answer(
        200,
        JSON.stringify({ access_token: index === 0 ? "good" : "canary".repeat(170_000), expires_in: 1 }),
      ),
    ),
  );
  const transport = await transportFor();
  const options = { timeoutMs: 30_000, maxBodyBytes: TOKEN_BODY_BYTES };
  const { tokens, state } = source([], {
    request: () => ({ ok: true, request: { ...request, url: server.url } }),
    send: (one) => transport.send(one, options),
  });
  expect(tokenOf(await tokens.current(signal))).toBe("good");
  expect(server.requests[0]?.body.toString()).toBe("secret=canary");
  state.now = 1000;
  expect(await tokens.current(signal)).toMatchObject({
    code: "token-unusable",
    reason: expect.stringContaining("too long"),
  });
});
