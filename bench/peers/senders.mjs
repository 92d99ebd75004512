/**
 * What Node needs at least to post each line of a file: no plan, no retries, no memory of what was delivered.
 *
 *     node bench/peers/senders.mjs http|fetch|dispatch FILE URL
 */
import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";

const CONNECTIONS = 8;
const [kind, file, url] = /** @type {[string, string, string]} */ (process.argv.slice(2));
const HEADERS = { "content-type": "application/json" };

/** @typedef {(body: Buffer) => Promise<void>} Send */

/** @returns {Send} */
function overHttp() {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const target = new URL(url);
  return (body) =>
    new Promise((resolve, reject) => {
      const headers = { ...HEADERS, "content-length": body.length };
      request(target, { method: "POST", agent, headers }, (response) => {
        response.resume().on("end", resolve);
      })
        .on("error", reject)
        .end(body);
    });
}

/** @returns {Send} */
function overFetch() {
  return async (body) => {
    const response = await fetch(url, { method: "POST", headers: HEADERS, body });
    await response.arrayBuffer();
  };
}

/** @returns {Promise<Send>} */
async function overDispatch() {
  const { Pool } = await import("undici");
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections: CONNECTIONS, pipelining: 1 });
  const nothing = () => true;
  return (body) =>
    new Promise((resolve, reject) => {
      pool.dispatch(
        { path: pathname, method: "POST", headers: HEADERS, body },
        {
          onConnect: nothing,
          onHeaders: nothing,
          onData: nothing,
          onComplete: () => resolve(),
          onError: reject,
        },
      );
    });
}

/** @param {Buffer} bytes @returns {Generator<Buffer>} */
function* linesOf(bytes) {
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(0x0a, at);
    yield bytes.subarray(at, end < 0 ? bytes.length : end);
    if (end < 0) return;
    at = end + 1;
  }
}

const send = kind === "http" ? overHttp() : kind === "fetch" ? overFetch() : await overDispatch();
const lines = linesOf(readFileSync(file));
const work = async () => {
  for (const line of lines) await send(line);
};
await Promise.all(Array.from({ length: CONNECTIONS }, work));
process.exit();
