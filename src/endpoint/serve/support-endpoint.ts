import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { TimeZone } from "../../model/time.ts";
import { sendJson } from "../http/answer.ts";
import type { PathToken } from "../http/path-token.ts";
import { JSON_TYPE, Refusal, SAFE_HEADERS } from "../http/refusal.ts";
import type { Exchange } from "../http/types.ts";
import { acceptsGzip } from "./accepted-coding.ts";
import { type DocumentParts, documentStream } from "./document-stream.ts";
import { Etags, isNamed } from "./etag.ts";
import { countSince } from "./index/order.ts";
import { type Query, readQuery } from "./query.ts";
import { isOutOfDescriptors, SourceChanged } from "./recall/open-files.ts";

export const HEALTH_PATH = "/healthz";

export interface EndpointOptions {
  /** Where the document is: `/support-endpoint.json`. */
  readonly path: string;
  /** Conversations of an answer at most. */
  readonly limit: number;
  /** In which a day of `startDate` begins. */
  readonly zone: TimeZone;
  readonly token: PathToken | undefined;
  /** Whatever else the bytes of an answer depend on; for the ETag. */
  readonly settings: string;
  /** What only the caller counts, for /healthz. */
  readonly counts: () => { readonly files: number; readonly findings: number };
  /** Told of a file that is not what it was when it was read; an answer fails for it. */
  readonly onSourceChanged: (error: SourceChanged) => void;
}

/** Answers the requests of Ferndesk. Nothing is served before `open`. */
export class SupportEndpoint {
  private readonly options: EndpointOptions;
  private readonly parts: DocumentParts;
  private readonly etags: Etags;
  private isOpen = false;

  constructor(options: EndpointOptions, parts: DocumentParts) {
    this.options = options;
    this.parts = parts;
    this.etags = new Etags(parts.index, options.settings);
  }

  /** The index is complete. */
  open(): void {
    this.isOpen = true;
  }

  /** For `openServer`. @throws {Refusal} */
  async handle(exchange: Exchange): Promise<void> {
    const { token } = this.options;
    // Load balancers ask for their health without a token; they learn no more than that.
    const isPublic = token !== undefined && exchange.path === HEALTH_PATH;
    const path = token === undefined || isPublic ? exchange.path : token.strip(exchange);
    if (path !== HEALTH_PATH && path !== this.options.path) {
      throw new Refusal(404, "not-found", "nothing is served under this path");
    }
    const { method } = exchange.request;
    if (method !== "GET" && method !== "HEAD") {
      throw new Refusal(405, "wrong-method", "this server answers GET and HEAD", { allow: "GET, HEAD" });
    }
    if (path === HEALTH_PATH) this.health(exchange, isPublic);
    else await this.document(exchange);
  }

  private health({ response }: Exchange, isPublic: boolean): void {
    const status = this.isOpen ? "ok" : "indexing";
    const { index } = this.parts;
    const { order } = index.snapshot;
    const newest = order[0] === undefined ? null : new Date(index.lastMs(order[0])).toISOString();
    const counts = { conversations: order.length, newest, ...this.options.counts() };
    sendJson(response, this.isOpen ? 200 : 503, isPublic ? { status } : { status, ...counts });
  }

  private async document(exchange: Exchange): Promise<void> {
    const { response, query, signal } = exchange;
    const { zone, limit, onSourceChanged } = this.options;
    const wanted = readQuery(query, zone, limit);
    if (!this.isOpen) {
      throw new Refusal(503, "indexing", "the captured files are still being read", { "retry-after": "5" });
    }
    try {
      await this.answer(exchange, wanted).catch(async (error: unknown) => {
        if (!(error instanceof SourceChanged) || response.headersSent) throw error;
        // Nothing is promised yet: the same again, of what there is now.
        await this.parts.catchUp(error);
        await this.answer(exchange, wanted);
      });
    } catch (error) {
      if (error instanceof SourceChanged) {
        onSourceChanged(error);
        // Where the answer had begun the connection is cut, and the client knows: its end is missing.
        throw new Refusal(500, "source-changed", "a captured file has changed since it was read");
      }
      if (isOutOfDescriptors(error)) {
        throw new Refusal(503, "too-busy", "too many files are open at the moment", { "retry-after": "1" });
      }
      if (!signal.aborted) throw error;
    }
  }

  private async answer({ request, response, signal }: Exchange, { sinceMs, limit }: Query): Promise<void> {
    const { index } = this.parts;
    const { snapshot } = index;
    const all = sinceMs === undefined ? snapshot.order.length : countSince(snapshot.order, sinceMs, index);
    const count = Math.min(all, limit);
    const etag = this.etags.of(snapshot, count);
    const headers = { ...SAFE_HEADERS, etag, vary: "Accept-Encoding" };
    if (isNamed(request.headers["if-none-match"], etag)) {
      response.writeHead(304, headers).end();
      return;
    }
    const isGzip = acceptsGzip(String(request.headers["accept-encoding"] ?? ""));
    const coding = isGzip ? { "content-encoding": "gzip" } : undefined;
    const head = { ...headers, "content-type": JSON_TYPE, ...coding };
    if (request.method === "HEAD") {
      response.writeHead(200, head).end();
      return;
    }
    const pieces = documentStream(this.parts, snapshot, count);
    // Before the first piece is there nothing is promised: what fails so far is a plain error.
    const first = await pieces.next();
    response.writeHead(200, head);
    await send(withFirst(first, pieces), response, isGzip, signal);
  }
}

async function* withFirst(first: IteratorResult<Buffer, void>, rest: AsyncGenerator<Buffer, void>) {
  if (first.done !== true) yield first.value;
  yield* rest;
}

async function send(
  pieces: AsyncIterable<Buffer>,
  response: Exchange["response"],
  isGzip: boolean,
  signal: AbortSignal,
): Promise<void> {
  const readable = Readable.from(pieces, { objectMode: false });
  if (!isGzip) {
    await pipeline(readable, response, { signal });
    return;
  }
  const { createGzip, constants } = process.getBuiltinModule("node:zlib");
  await pipeline(readable, createGzip({ level: constants.Z_BEST_SPEED }), response, { signal });
}
