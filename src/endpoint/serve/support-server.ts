import { setTimeout as delay } from "node:timers/promises";
import type { ConvertSettings } from "../../convert/types.ts";
import type { Finding } from "../../diagnostics/finding.ts";
import { openServer } from "../http/server.ts";
import type { OpenServer, ServerOptions } from "../http/types.ts";
import { ConversationIndex } from "./index/conversation-index.ts";
import { Collection, type CollectionOptions } from "./intake/collection.ts";
import { RecordIndexer } from "./intake/record-indexer.ts";
import type { SourceChanged } from "./recall/open-files.ts";
import { Sources } from "./recall/sources.ts";
import { Spool } from "./recall/spool.ts";
import { Renderer } from "./renderer.ts";
import { type EndpointOptions, SupportEndpoint } from "./support-endpoint.ts";

/** A scan may take this share of the time at most: with many files it comes more seldom. */
const SHARE_OF_SCANS = 0.2;

/** Scans one after the other: who asks while one is under way gets the next, as that one may have passed by already. */
class Scans {
  private readonly collection: Collection;
  private last: Promise<unknown> = Promise.resolve();
  private next: Promise<void> | undefined;

  constructor(collection: Collection) {
    this.collection = collection;
  }

  scan(): Promise<void> {
    this.next ??= this.run();
    return this.next;
  }

  private async run(): Promise<void> {
    await this.last;
    this.next = undefined;
    const scan = this.collection.scan();
    this.last = scan.catch(() => undefined);
    await scan;
  }
}

export interface SupportOptions {
  readonly http: Omit<ServerOptions, "handle">;
  readonly endpoint: Omit<EndpointOptions, "counts">;
  readonly collection: CollectionOptions;
  readonly settings: ConvertSettings;
  /** Where the private copies of records of compressed and piped input go. */
  readonly spoolFolder: string;
  readonly onFindings: (findings: readonly Finding[]) => void;
}

/** A Ferndesk support endpoint over captured files. It answers 503 until `readInputs` has come to its end. */
export class SupportServer {
  readonly url: string;
  private readonly server: OpenServer;
  private readonly endpoint: SupportEndpoint;
  private readonly scans: Scans;
  private readonly index: ConversationIndex;
  private readonly indexer: RecordIndexer;
  private readonly spool: Spool;

  /** @throws {Error} Where it cannot listen. */
  static async open(options: SupportOptions): Promise<SupportServer> {
    const { settings, collection: files } = options;
    const index = new ConversationIndex();
    const spool = new Spool(options.spoolFolder);
    const sources = new Sources(spool, files.maxRecordBytes);
    const renderer = new Renderer(settings);
    let findings = 0;
    const indexer = new RecordIndexer(index, spool, settings, (found) => {
      findings += found.filter(({ severity }) => severity !== "info").length;
      options.onFindings(found);
    });
    const collection = new Collection(files, { index, sources, indexer, renderer });
    const counts = () => ({ files: collection.size, findings });
    const scans = new Scans(collection);
    const catchUp = async (error: SourceChanged) => {
      if (error.isAltered) collection.distrust(error.source);
      if (!files.isWatching) throw error;
      await scans.scan();
    };
    const endpoint = new SupportEndpoint(
      { ...options.endpoint, counts },
      { index, sources, renderer, catchUp },
    );
    const server = await openServer({ ...options.http, handle: (exchange) => endpoint.handle(exchange) });
    return new SupportServer(server, endpoint, scans, index, indexer, spool);
  }

  private constructor(
    server: OpenServer,
    endpoint: SupportEndpoint,
    scans: Scans,
    index: ConversationIndex,
    indexer: RecordIndexer,
    spool: Spool,
  ) {
    this.url = server.url;
    this.server = server;
    this.endpoint = endpoint;
    this.scans = scans;
    this.index = index;
    this.indexer = indexer;
    this.spool = spool;
  }

  get conversations(): number {
    return this.index.snapshot.order.length;
  }

  /** What the records came to: `read` = `indexed` + `skipped` + `rejected`. */
  get counts(): {
    readonly read: number;
    readonly indexed: number;
    readonly skipped: number;
    readonly rejected: number;
  } {
    const { read, written, skipped, rejected } = this.indexer.counts;
    return { read, indexed: written, skipped: skipped.total, rejected: rejected.total };
  }

  /** Reads all inputs; from then on they are served. @throws {SpoolError} */
  async readInputs(): Promise<void> {
    await this.scans.scan();
    this.endpoint.open();
  }

  /**
   * Looks at the inputs again and again, until the signal is aborted.
   *
   * @param onFailure  Told of a scan that could not be done; the next one tries again.
   */
  async watch(intervalMs: number, signal: AbortSignal, onFailure: (error: unknown) => void): Promise<void> {
    let waitMs = intervalMs;
    while (!signal.aborted) {
      await delay(waitMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      const startedAt = performance.now();
      await this.scans.scan().catch((error: unknown) => {
        if (!signal.aborted) onFailure(error);
      });
      waitMs = Math.max(intervalMs, (performance.now() - startedAt) * (1 / SHARE_OF_SCANS - 1));
    }
  }

  /** As `OpenServer.close`. */
  async close(graceMs: number): Promise<void> {
    await this.server.close(graceMs);
    this.spool.close();
  }
}
