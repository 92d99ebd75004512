import { close, fstat, open, read } from "node:fs";
import { promisify } from "node:util";
import { SIGNATURE_BYTES, signatureOf } from "./signature.ts";

/** Large enough that the calls do not show, small enough for the processor's cache. */
const CHUNK_BYTES = 256 * 1024;

const openFile = promisify(open);
const closeFile = promisify(close);
const statFile = promisify(fstat);
const readInto = promisify(read);

/**
 * The bytes of a file, in chunks of 256 KiB. While one is worked on, the next is read; each is valid until
 * the one after it is asked for. The file is closed when the loop ends, however it ends.
 *
 * @throws The file system's own error.
 */
export async function* readFile(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  // A plain descriptor, as a FileHandle would close it behind the socket's back when it is collected.
  const fd = await openFile(path, "r");
  if (await isStream(fd)) {
    yield* readStream(fd);
    return;
  }
  try {
    yield* readDescriptor(fd);
  } finally {
    await closeFile(fd);
  }
}

/** Named pipes and the like; a folder counts as a file, so that reading it fails in the usual words. */
export async function isStream(fd: number): Promise<boolean> {
  const stats = await statFile(fd);
  return stats.isFIFO() || stats.isSocket();
}

/** The bytes of an open file, read at its own position, or from an offset on. */
export async function* readDescriptor(
  fd: number,
  from?: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const buffers = [Buffer.allocUnsafe(CHUNK_BYTES), Buffer.allocUnsafe(CHUNK_BYTES)] as const;
  let turn: 0 | 1 = 0;
  let at = from ?? null;
  const start = (buffer: Buffer) => readInto(fd, buffer, 0, CHUNK_BYTES, at);
  let pending = start(buffers[turn]);
  try {
    for (;;) {
      const { bytesRead } = await pending;
      if (bytesRead === 0) return;
      if (at !== null) at += bytesRead;
      const full = buffers[turn];
      turn = turn === 0 ? 1 : 0;
      pending = start(buffers[turn]);
      // The failure is thrown when its turn comes; until then it must not count as unhandled.
      pending.catch(() => undefined);
      yield full.subarray(0, bytesRead);
    }
  } finally {
    // The descriptor must not be closed while a read is under way: its number may be another file's by then.
    await pending.catch(() => undefined);
  }
}

/**
 * The bytes of a pipe or socket. These are not read with `fs.read`: it blocks a thread until bytes come, and
 * the process could not end before that (seen on Node 20).
 */
export async function* readStream(fd: number): AsyncGenerator<Uint8Array, void, undefined> {
  // Loaded here because most runs read files.
  const { Socket } = process.getBuiltinModule("node:net");
  const socket = new Socket({ fd, readable: true, writable: false });
  try {
    for await (const chunk of socket) yield chunk as Buffer;
  } finally {
    socket.destroy();
  }
}

/**
 * Whether a file begins like gzip; false where it cannot be read, as that shows when it is read in earnest.
 */
export async function isGzip(path: string): Promise<boolean> {
  const fd = await openFile(path, "r").catch(() => undefined);
  if (fd === undefined) return false;
  try {
    const { buffer, bytesRead } = await readInto(fd, Buffer.alloc(SIGNATURE_BYTES), 0, SIGNATURE_BYTES, 0);
    return signatureOf(buffer.subarray(0, bytesRead))?.code === "gzip";
  } catch {
    return false;
  } finally {
    await closeFile(fd);
  }
}
