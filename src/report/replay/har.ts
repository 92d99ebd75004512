import { urlOf } from "../../json/url.ts";
import type { Exchange } from "../../replay/types.ts";
import type { HttpRequest, SendResult } from "../../transport/types.ts";
import { safeText } from "../safe.ts";
import { type Headers, type Masker, maskedBody, maskedHeaders } from "./masked.ts";

/** A HAR 1.2 document of what was sent and answered, written an exchange at a time. */
export class HarWriter {
  private readonly toolVersion: string;
  private separator = "\n";

  constructor(toolVersion: string) {
    this.toolVersion = toolVersion;
  }

  start(): string {
    const creator = JSON.stringify({ name: "chatx", version: this.toolVersion });
    return `{"log":{"version":"1.2","creator":${creator},"entries":[`;
  }

  /** @param masker  Knows every secret that may be in this exchange. */
  entry(exchange: Exchange, masker: Masker): string {
    const text = this.separator + safeText(JSON.stringify(entryOf(exchange, masker)));
    this.separator = ",\n";
    return text;
  }

  end(): string {
    return "\n]}}\n";
  }
}

function entryOf({ request, result, startedAtWallMs, message, attempt }: Exchange, masker: Masker) {
  const time = Math.round(result.durationMs * 10) / 10;
  const { sequence, record, source } = message;
  return {
    startedDateTime: new Date(startedAtWallMs).toISOString(),
    time,
    request: requestOf(request, masker),
    response: responseOf(result, masker),
    cache: {},
    timings: { send: 0, wait: time, receive: 0 },
    ...(result.kind === "fault" ? { _error: result.code } : {}),
    comment: masker.redact(`message ${sequence}, attempt ${attempt}, record ${record} of ${source}`),
  };
}

function requestOf({ method, url, headers, body }: HttpRequest, masker: Masker) {
  const shownUrl = masker.redact(url);
  return {
    method,
    url: shownUrl,
    httpVersion: "HTTP/1.1",
    cookies: [],
    headers: maskedHeaders(headers, masker),
    queryString: queryOf(shownUrl),
    ...(body.length === 0 ? {} : { postData: postDataOf(headers, body, masker) }),
    headersSize: -1,
    bodySize: body.length,
  };
}

/** HAR has no encoding for posted data; `_encoding` is what browsers write, and the inputs of chatx read. */
function postDataOf(headers: Headers, body: Uint8Array, masker: Masker) {
  const { text, encoding } = maskedBody(body, masker);
  const mimeType = typeOf(headers, masker);
  return { mimeType, text, ...(encoding === undefined ? {} : { _encoding: encoding }) };
}

function responseOf(result: SendResult, masker: Masker) {
  const base = { httpVersion: "HTTP/1.1", cookies: [], headersSize: -1 };
  if (result.kind === "fault") {
    const content = { size: 0, mimeType: "x-unknown" };
    const statusText = masker.redact(result.message);
    return { status: 0, statusText, ...base, headers: [], content, redirectURL: "", bodySize: -1 };
  }
  const { status, headers, body, isBodyClipped } = result;
  const location = headers.find(([name]) => name.toLowerCase() === "location")?.[1] ?? "";
  const content = {
    size: body.length,
    mimeType: typeOf(headers, masker),
    ...maskedBody(body, masker, isBodyClipped),
    ...(isBodyClipped ? { comment: "only the beginning was kept" } : {}),
  };
  return {
    ...{ status, statusText: "", ...base },
    headers: maskedHeaders(headers, masker),
    ...{ content, redirectURL: masker.redact(location), bodySize: isBodyClipped ? -1 : body.length },
  };
}

function typeOf(headers: Headers, masker: Masker): string {
  const type = headers.find(([name]) => name.toLowerCase() === "content-type")?.[1];
  return type === undefined ? "application/octet-stream" : masker.redact(type);
}

function queryOf(url: string): { name: string; value: string }[] {
  return [...(urlOf(url)?.searchParams ?? [])].map(([name, value]) => ({ name, value }));
}
