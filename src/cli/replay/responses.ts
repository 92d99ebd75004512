import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "../../files/make-folder.ts";
import type { Exchange } from "../../replay/types.ts";
import { type Masker, maskedHeaders } from "../../report/replay/masked.ts";
import { safeJson } from "../../report/safe.ts";
import { OutputError } from "../exit-codes.ts";

/** Whether a file has the name of a kept answer. */
export function isSavedResponse(name: string): boolean {
  return /^[0-9a-f]{32}\.(?:body|json)$/.test(name);
}

/**
 * Keeps the last answer to each message: its body in `<identity>.body`, its head in `<identity>.json`. No name comes from
 * a payload or an answer, files are for their owner alone, and links are replaced, not followed.
 */
export class SavedResponses {
  private readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** @throws {OutputError} */
  static async open(folder: string): Promise<SavedResponses> {
    try {
      makeFolder(folder);
    } catch (error) {
      throw new OutputError(folder, error);
    }
    return new SavedResponses(folder);
  }

  /** @throws {OutputError} */
  async save({ message, attempt, result }: Exchange, masker: Masker): Promise<void> {
    if (result.kind !== "answer") return;
    const { sequence, source, record, line, identity } = message;
    const { status, headers, isBodyClipped, durationMs } = result;
    const head = {
      ...{ sequence, source, record, line, attempt, status },
      headers: maskedHeaders(headers, masker),
      ...{ isBodyClipped, durationMs: Math.round(durationMs * 10) / 10 },
    };
    await this.write(`${identity}.body`, masker.redactBytes(result.body, isBodyClipped));
    await this.write(`${identity}.json`, `${safeJson(head)}\n`);
  }

  private async write(name: string, data: string | Uint8Array): Promise<void> {
    const path = join(this.folder, name);
    const temporary = join(
      this.folder,
      `.${name}.chatx-${process.pid}-${randomBytes(6).toString("hex")}.tmp`,
    );
    try {
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
      const file = await open(temporary, flags, 0o600);
      try {
        await file.writeFile(data);
      } finally {
        await file.close();
      }
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw new OutputError(path, error);
    }
  }
}
