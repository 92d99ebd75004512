/**
 * How records are laid out in a file.
 *
 * @typedef {object} Shape
 * @property {string} extension
 * @property {string} open
 * @property {string} separator Between two records.
 * @property {string} close
 * @property {(record: string, number: number) => string} wrap `number` counts from 0.
 */

const FIRST_ARRIVAL_MS = Date.UTC(2024, 0, 1);
const HOOK_URL = "https://hooks.example.com/chat";

/** @type {Readonly<Record<string, Shape>>} */
export const shapes = {
  jsonl: { extension: "jsonl", open: "", separator: "\n", close: "\n", wrap: (record) => record },
  array: { extension: "json", open: "[\n", separator: ",\n", close: "\n]\n", wrap: (record) => record },
  /** Ferndesk only: its records are the conversations of one document. */
  document: {
    extension: "json",
    open: '{"conversations":[\n',
    separator: ",\n",
    close: "\n]}\n",
    wrap: (record) => record,
  },
  har: {
    extension: "har",
    open: '{"log":{"version":"1.2","creator":{"name":"corpus","version":"1"},"entries":[\n',
    separator: ",\n",
    close: "\n]}}\n",
    wrap: harEntry,
  },
  capture: { extension: "jsonl", open: "", separator: "\n", close: "\n", wrap: captureRecord },
};

/** @param {string} record @param {number} number */
function harEntry(record, number) {
  return JSON.stringify({
    startedDateTime: arrival(number),
    time: 12,
    request: {
      method: "POST",
      url: HOOK_URL,
      httpVersion: "HTTP/1.1",
      cookies: [],
      headers: [{ name: "Content-Type", value: "application/json" }],
      queryString: [],
      postData: { mimeType: "application/json", text: record },
      headersSize: -1,
      bodySize: -1,
    },
    response: {
      status: 204,
      statusText: "No Content",
      httpVersion: "HTTP/1.1",
      cookies: [],
      headers: [],
      content: { size: 0, mimeType: "" },
      redirectURL: "",
      headersSize: -1,
      bodySize: 0,
    },
    cache: {},
    timings: { send: 1, wait: 10, receive: 1 },
  });
}

/** Every fourth body is in Base64, the others are text. @param {string} record @param {number} number */
function captureRecord(record, number) {
  const body = number % 4 === 3 ? { bodyBase64: Buffer.from(record).toString("base64") } : { body: record };
  return JSON.stringify({
    method: "POST",
    url: HOOK_URL,
    headers: { "content-type": "application/json" },
    receivedAt: arrival(number),
    ...body,
  });
}

/** One record a second, from the same moment on every machine. @param {number} number */
function arrival(number) {
  return new Date(FIRST_ARRIVAL_MS + number * 1000).toISOString();
}
