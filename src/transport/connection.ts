import type { Socket } from "node:net";

/** What one connection has carried, for telling a stale connection from a server that fails. */
export class Connection {
  readonly #socket: Socket;
  #exchanges = 0;
  #isAwaitingHead = false;
  #held: Buffer | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Whether an exchange went over it before the present one. */
  get isReused(): boolean {
    return this.#exchanges > 1;
  }

  /** Whether nothing of the present answer has come, interim answers aside. */
  get isSilent(): boolean {
    return this.#isAwaitingHead && this.#held === undefined;
  }

  /** A request is about to be written. */
  start(): void {
    this.#exchanges++;
    this.#isAwaitingHead = true;
    this.#held = undefined;
  }

  /** Ends the connection in the middle of an exchange. undici's own abort would at once make a new one, for nothing. */
  giveUp(): void {
    this.#socket.destroy(new Error("given up"));
  }

  /** The next bytes for the parser: what the socket has, without answers of status 100. Null: wait for more. */
  read(next: () => Buffer | null): Buffer | null {
    for (;;) {
      const chunk = next();
      if (chunk === null || !this.#isAwaitingHead) return chunk;
      const bytes = this.#held === undefined ? chunk : Buffer.concat([this.#held, chunk]);
      const rest = withoutContinue(bytes);
      this.#held = rest.isFinal ? undefined : rest.bytes;
      if (!rest.isFinal) continue;
      this.#isAwaitingHead = false;
      return rest.bytes;
    }
  }
}

const CONTINUE = /^HTTP\/1\.[01] 100[ \r]/;
const CONTINUE_START = "HTTP/1.1 100 ";
/** An interim answer has next to no headers; one beyond this goes to the parser, which refuses it. */
const LONGEST_CONTINUE = 16_384;

type Rest =
  | { readonly isFinal: true; readonly bytes: Buffer }
  | { readonly isFinal: false; readonly bytes: Buffer | undefined };

/** The bytes after all complete answers of status 100; not final where more is needed to know. */
function withoutContinue(bytes: Buffer): Rest {
  let rest = bytes;
  for (;;) {
    const start = rest.toString("latin1", 0, CONTINUE_START.length);
    if (!CONTINUE.test(start)) {
      const mayBecome =
        start.length < CONTINUE_START.length && CONTINUE_START.startsWith(start.replace("1.0", "1.1"));
      if (!mayBecome) return { isFinal: true, bytes: rest };
      return { isFinal: false, bytes: rest.length === 0 ? undefined : rest };
    }
    const end = rest.indexOf("\r\n\r\n");
    if (end < 0)
      return rest.length > LONGEST_CONTINUE
        ? { isFinal: true, bytes: rest }
        : { isFinal: false, bytes: rest };
    rest = rest.subarray(end + 4);
  }
}

/**
 * Puts a Connection between a socket and undici. undici 7 ends the connection on an answer of status 100 that it did
 * not ask for, although a client has to ignore it (RFC 9110, 15.2) and some servers send it to every POST; and it does
 * not say which socket a request went to. Both are known here.
 *
 * @param takeWriter  The exchange whose request is written just now, once; undefined for the rest of its bytes.
 */
export function watchSocket(
  socket: Socket,
  takeWriter: () => { onWrite(connection: Connection): void } | undefined,
): void {
  const connection = new Connection(socket);
  const read = socket.read.bind(socket);
  const write = socket.write;
  const next = () => read() as Buffer | null;
  socket.read = (size?: number) => (size === undefined ? connection.read(next) : read(size));
  socket.write = function (this: Socket, ...args: Parameters<typeof write>) {
    const writer = takeWriter();
    if (writer !== undefined) {
      connection.start();
      writer.onWrite(connection);
    }
    return write.apply(this, args);
  } as typeof write;
}
