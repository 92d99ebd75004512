import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { impatient, PATIENT, post, serverFor, told, transportFor } from "../replay/sending.ts";
import { answer, type Reply } from "../support/fault-server.ts";
import { atTimeLimit } from "../support/time-limit.ts";

/** Sends the bytes and closes the connection. */
function thenEnd(bytes: string): (reply: Reply) => void {
  return (reply) => {
    reply.send(bytes);
    reply.end();
  };
}

describe("an answer", () => {
  const complete: readonly (readonly [title: string, expected: string, script: (reply: Reply) => void])[] = [
    ["200", "200 yes", (reply) => reply.send(answer(200, "yes"))],
    ["201 without a body", "201 ", (reply) => reply.send(answer(201))],
    ["204", "204 ", (reply) => reply.send("HTTP/1.1 204 No Content\r\n\r\n")],
    ["299", "299 ok", (reply) => reply.send(answer(299, "ok"))],
    ["400", "400 no", (reply) => reply.send(answer(400, "no"))],
    ["503", "503 later", (reply) => reply.send(answer(503, "later"))],
    ["999", "999 ?", (reply) => reply.send(answer(999, "?"))],
    [
      "a chunked one",
      "200 abcde",
      (reply) =>
        reply.send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"),
    ],
    ["one that ends with the connection", "200 abc", thenEnd("HTTP/1.0 200 OK\r\n\r\nabc")],
    ["one that comes byte by byte", "200 slow", (reply) => void reply.trickle(answer(200, "slow"))],
    [
      "200 after a 100",
      "200 yes",
      (reply) => reply.send("HTTP/1.1 100 Continue\r\n\r\n", answer(200, "yes")),
    ],
    [
      "200 after three 100s with headers",
      "200 yes",
      (reply) => reply.send("HTTP/1.1 100 Continue\r\nx-a: b\r\n\r\n".repeat(3), answer(200, "yes")),
    ],
    [
      "200 after a 100 that comes byte by byte",
      "200 yes",
      (reply) => void reply.trickle(`HTTP/1.1 100 Continue\r\n\r\n${answer(200, "yes")}`),
    ],
    [
      "200 after 102 and 103",
      "200 yes",
      (reply) =>
        reply.send(
          "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n",
          answer(200, "yes"),
        ),
    ],
    [
      "a body that looks like a 100",
      "200 HTTP/1.1 100 Continue\r\n\r\n",
      (reply) => reply.send("HTTP/1.1 200 OK\r\ncontent-length: 25\r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\n"),
    ],
  ];
  test.each(complete)("is taken: %s", async (_, expected, script) => {
    const server = await serverFor(script);
    const transport = await transportFor();
    expect(told(await transport.send(post(server.url), PATIENT))).toBe(expected);
    expect(server.requests).toHaveLength(1);
  });

  const body200 = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc";
  const chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nabcde\r\n";
  const broken: readonly (readonly [title: string, expected: string, script: (reply: Reply) => void])[] = [
    ["reset before the head", "reset unknown temporary", (reply) => reply.reset()],
    ["closed before the head", "closed unknown temporary", (reply) => reply.end()],
    ["closed in the head", "malformed-answer unknown permanent", thenEnd("HTTP/1.1 200 OK\r\ncontent-")],
    ["closed in the body", "body-cut unknown temporary", thenEnd(body200)],
    [
      "closed in the body with connection: close",
      "body-cut unknown temporary",
      thenEnd(body200.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n")),
    ],
    ["closed in a chunked body", "body-cut unknown temporary", thenEnd(chunked)],
    [
      "closed in a chunked body with connection: close",
      "body-cut unknown temporary",
      thenEnd(chunked.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n")),
    ],
    ["a cut error page", "body-cut unknown temporary", thenEnd(body200.replace("200", "400"))],
    ["garbage", "malformed-answer unknown permanent", (reply) => reply.send("hello\r\n\r\n")],
    [
      "another protocol",
      "malformed-answer unknown permanent",
      (reply) => reply.send("220 mail.example.com ESMTP\r\n"),
    ],
    [
      "HTTP/2 frames",
      "malformed-answer unknown permanent",
      (reply) => reply.send(Buffer.from("000012040000000000", "hex")),
    ],
    [
      "a status of two digits",
      "malformed-answer unknown permanent",
      (reply) => reply.send("HTTP/1.1 20 OK\r\n\r\n"),
    ],
    [
      "a status of four digits",
      "malformed-answer unknown permanent",
      (reply) => reply.send("HTTP/1.1 2000 OK\r\n\r\n"),
    ],
    [
      "status 000",
      "malformed-answer unknown permanent",
      (reply) => reply.send("HTTP/1.1 000 OK\r\ncontent-length: 0\r\n\r\n"),
    ],
    [
      "HTTP/9.9",
      "malformed-answer unknown permanent",
      (reply) => reply.send("HTTP/9.9 200 OK\r\ncontent-length: 0\r\n\r\n"),
    ],
    [
      "two lengths",
      "malformed-answer unknown permanent",
      (reply) => reply.send("HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab"),
    ],
    [
      "length and chunks",
      "malformed-answer unknown permanent",
      (reply) =>
        reply.send("HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"),
    ],
    [
      "a negative length",
      "malformed-answer unknown permanent",
      (reply) => reply.send("HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n"),
    ],
    [
      "a bad chunk size",
      "malformed-answer unknown permanent",
      (reply) => reply.send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nabc\r\n"),
    ],
    [
      "a header without a colon",
      "malformed-answer unknown permanent",
      (reply) => reply.send("HTTP/1.1 200 OK\r\nno colon\r\ncontent-length: 0\r\n\r\n"),
    ],
    [
      "a NUL in a header",
      "malformed-answer unknown permanent",
      (reply) => reply.send("HTTP/1.1 200 OK\r\nx: a\0b\r\ncontent-length: 0\r\n\r\n"),
    ],
    [
      "a protocol switch",
      "malformed-answer unknown permanent",
      (reply) => reply.send("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n"),
    ],
    [
      "a header of 100 KB",
      "header-overflow unknown permanent",
      (reply) => reply.send(answer(200, "", [`x-a: ${"a".repeat(100_000)}`])),
    ],
    [
      "20,000 headers",
      "header-overflow unknown permanent",
      (reply) =>
        reply.send(
          answer(
            200,
            "",
            Array.from({ length: 20_000 }, (_, at) => `x-${at}: b`),
          ),
        ),
    ],
    [
      "a 100 without end",
      "header-overflow unknown permanent",
      (reply) => reply.send("HTTP/1.1 100 Continue\r\n", "x-a: bbbbbbbb\r\n".repeat(10_000)),
    ],
  ];
  test.each(broken)("is none, and nothing hangs: %s", async (_, expected, script) => {
    const server = await serverFor(script);
    const transport = await transportFor();
    expect(told(await transport.send(post(server.url), PATIENT))).toBe(expected);
    expect(server.requests).toHaveLength(1);
  });

  const endless: readonly (readonly [title: string, expected: string, script: (reply: Reply) => void])[] = [
    ["silence", "answer-timeout unknown temporary", () => undefined],
    [
      "a head that stops",
      "answer-timeout unknown temporary",
      (reply) => reply.send("HTTP/1.1 200 OK\r\ncont"),
    ],
    [
      "a 100 and silence",
      "answer-timeout unknown temporary",
      (reply) => reply.send("HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ["a body that stops", "body-timeout unknown temporary", (reply) => reply.send(body200)],
    ["a chunked body that stops", "body-timeout unknown temporary", (reply) => reply.send(chunked)],
  ];
  test.each(endless)("that does not end is given up at the time limit: %s", async (_, expected, script) => {
    const server = await serverFor(script);
    const transport = await transportFor();
    await atTimeLimit(async (limitMs) => {
      const result = await transport.send(post(server.url), impatient(limitMs));
      expect(told(result)).toBe(expected);
      expect(result.durationMs).toBeGreaterThanOrEqual(limitMs - 1);
    });
  });

  test("keeps its headers in order, also those that come twice and those that are not ASCII", async () => {
    const server = await serverFor((reply) =>
      reply.send(answer(200, "", ["Retry-After: 2", "retry-after: 3", "X-Name: J\u00fcrgen"])),
    );
    const transport = await transportFor();
    const result = await transport.send(post(server.url), PATIENT);
    expect(result).toMatchObject({
      headers: [
        ["Retry-After", "2"],
        ["retry-after", "3"],
        ["X-Name", "J\u00fcrgen"],
        ["content-length", "0"],
      ],
    });
  });
});

test("a body that claims to be compressed is kept as it came, bomb or not", async () => {
  const bomb = gzipSync(Buffer.alloc(20_000_000));
  const codings = Array.from({ length: 1000 }, () => "gzip").join(", ");
  for (const coding of ["gzip", "br", codings]) {
    const server = await serverFor((reply) =>
      reply.send(
        `HTTP/1.1 200 OK\r\ncontent-encoding: ${coding}\r\ncontent-length: ${bomb.length}\r\n\r\n`,
        bomb,
      ),
    );
    const transport = await transportFor();
    const result = await transport.send(post(server.url), PATIENT);
    expect(result.kind === "answer" && bomb.equals(result.body)).toBe(true);
  }
});

describe("a body that is longer than what is kept", () => {
  const limits = { timeoutMs: 30_000, maxBodyBytes: 1000 };

  test("is clipped, and the connection carries the next request", async () => {
    const server = await serverFor((reply) => reply.send(answer(200, "x".repeat(500_000))));
    const transport = await transportFor({ connections: 1 });
    for (let turn = 0; turn < 2; turn++) {
      const result = await transport.send(post(server.url), limits);
      expect(result).toMatchObject({ kind: "answer", status: 200, isBodyClipped: true });
      expect(told(result)).toBe(`200 ${"x".repeat(1000)}`);
    }
    expect(server.connections).toBe(1);
  });

  test("is not clipped when it is exactly as long", async () => {
    const server = await serverFor((reply) => reply.send(answer(200, "x".repeat(1000))));
    const transport = await transportFor();
    expect(await transport.send(post(server.url), limits)).toMatchObject({ isBodyClipped: false });
  });

  test("is judged by its head when it has no end, and reading stops soon", async () => {
    let sent = 0;
    const server = await serverFor((reply) => {
      reply.send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
      const chunk = `10000\r\n${"x".repeat(65_536)}\r\n`;
      const more = () => {
        while (!reply.socket.destroyed && reply.socket.write(chunk)) sent += chunk.length;
      };
      reply.socket.on("drain", more);
      more();
    });
    const transport = await transportFor();
    const result = await transport.send(post(server.url), limits);
    expect(result).toMatchObject({ kind: "answer", status: 200, isBodyClipped: true });
    await server.until(() => server.openConnections === 0);
    // What the two kernels hold in their buffers is sent as well; gigabytes are not.
    expect(sent).toBeLessThan(64_000_000);
  });

  test.each([
    ["5 GB are promised and the connection ends", (reply: Reply) => reply.end()],
    ["5 GB are promised and nothing more comes", () => undefined],
  ])("is judged by its head when %s", async (_, then) => {
    const server = await serverFor((reply) => {
      reply.send("HTTP/1.1 201 Created\r\ncontent-length: 5000000000\r\n\r\n", "x".repeat(2000));
      then(reply);
    });
    const transport = await transportFor();
    await atTimeLimit(async (limitMs) => {
      const options = { timeoutMs: limitMs, maxBodyBytes: 1000 };
      const result = await transport.send(post(server.url), options);
      expect(result).toMatchObject({ kind: "answer", status: 201, isBodyClipped: true });
    });
  });

  test("counts from the first byte where nothing is kept", async () => {
    const server = await serverFor((reply) => reply.send(answer(200, "abc")));
    const transport = await transportFor();
    const result = await transport.send(post(server.url), { ...PATIENT, maxBodyBytes: 0 });
    expect(result).toMatchObject({
      kind: "answer",
      status: 200,
      isBodyClipped: true,
      body: new Uint8Array(0),
    });
  });
});

describe("a redirect", () => {
  test.each([301, 302, 303, 307, 308])("of status %i is an answer, and nobody goes there", async (status) => {
    const elsewhere = await serverFor((reply) => reply.send(answer(200)));
    for (const location of [
      `${elsewhere.url}/x`,
      `//127.0.0.1:${elsewhere.port}/x`,
      "file:///etc/passwd",
      "http://169.254.169.254/",
    ]) {
      const server = await serverFor((reply) => reply.send(answer(status, "", [`location: ${location}`])));
      const transport = await transportFor();
      const secret: [string, string] = ["x-api-key", "canary-key"];
      const result = await transport.send(post(server.url, "canary-body", [secret]), PATIENT);
      expect(result).toMatchObject({ kind: "answer", status });
      expect(server.requests).toHaveLength(1);
    }
    expect(elsewhere.connections).toBe(0);
  });
});
