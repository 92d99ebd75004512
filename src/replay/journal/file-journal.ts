import { randomBytes } from "node:crypto";
import { close } from "node:fs";
import { promisify } from "node:util";
import { type FileCalls, GroupWriter } from "../../files/group-writer.ts";
import type { Lock } from "../../files/lock.ts";
import type { PrivateFile } from "../../files/private-file.ts";
import type { Journal, MessageOutcome } from "../types.ts";
import type { EarlierRun } from "./earlier-run.ts";
import {
  type FinalState,
  finalOf,
  type JournalHeader,
  type PlanEnd,
  type Sealed,
  sealHeader,
  sealOutcome,
  sealPlanEnd,
} from "./format.ts";
import { PlanDigest, type PlanKey } from "./plan-digest.ts";
import type { JournalContents } from "./read.ts";

const closeFd = promisify(close);

export interface JournalOptions {
  readonly path: string;
  /** create: no run may stand in the file yet. resume: one must, of the same command. */
  readonly mode: "create" | "resume";
  /** Made by `fingerprintOf`: target, templates, options. */
  readonly fingerprint: Readonly<Record<string, string>>;
  readonly calls?: FileCalls;
}

/** Is told every message of a plan in order, and then that it has ended. */
export interface PlanWatch {
  add(message: PlanKey): void;
  /** @returns What the journal has remembered, once it has. */
  end(): Promise<PlanEnd>;
}

/** A journal in a file. Group commit and durability: see `GroupWriter`. Use `openJournal`. */
export class FileJournal implements Journal {
  /** Names this run and what resumes it; for dead letters. 32 hex digits. */
  readonly run: string;
  /** What earlier runs did; undefined in a new journal. */
  readonly earlier: EarlierRun | undefined;
  /** Length of a last line that was not written to its end and is dropped: its message is sent again. */
  readonly tornBytes: number;
  private readonly fd: number;
  private readonly lock: Lock;
  private readonly header: JournalHeader;
  private readonly writer: GroupWriter;
  private crc: number;
  private isPlanEnded: boolean;
  private closing: Promise<void> | undefined;

  constructor(options: JournalOptions, file: PrivateFile, lock: Lock, contents: JournalContents) {
    this.fd = file.fd;
    this.lock = lock;
    this.earlier = contents.earlier;
    this.tornBytes = contents.tornBytes;
    this.crc = contents.crc;
    this.header = contents.earlier?.header ?? newHeader(options);
    this.run = this.header.run;
    this.isPlanEnded = contents.earlier?.planEnd !== undefined;
    const { path, calls } = options;
    this.writer = new GroupWriter({
      fd: file.fd,
      path,
      place: file.place,
      what: `journal ${path}`,
      sizeBytes: contents.soundBytes,
      ...(calls === undefined ? {} : { calls }),
    });
  }

  /** Aborts as soon as an outcome could not be made safe, with the `JournalError` as its reason: nothing may be sent then. */
  get failed(): AbortSignal {
    return this.writer.failed;
  }

  /** Writes the first line of a new journal, to the disk. @throws {JournalError} */
  async begin(): Promise<void> {
    await this.append(sealHeader(this.header));
    await this.writer.flush();
  }

  /** @throws {JournalError} inputs-changed: the journal knows another message under this sequence. */
  finalState(message: PlanKey): FinalState | undefined {
    return finalOf(this.earlier?.stateOf(message));
  }

  /** A pending message gets no line: that it has none says the same. @throws {JournalError} */
  record(outcome: MessageOutcome): Promise<void> {
    const { message, state, attempts, status, code } = outcome;
    if (state === "pending") return Promise.resolve();
    const { sequence, identity } = message;
    const line = {
      sequence,
      identity,
      state,
      attempts,
      ...(status === undefined ? {} : { status }),
      ...(code === undefined ? {} : { code }),
    };
    return this.append(sealOutcome(line, this.crc));
  }

  /**
   * Checks a whole plan against the journal and remembers its end, so that from here on a change anywhere in the inputs
   * is noticed: by a first, pure pass over inputs that can be read twice, else as they are sent. Both `add` and `end`
   * throw a `JournalError`, inputs-changed, that says what differs.
   */
  verifyPlan(): PlanWatch {
    const follower = this.earlier?.comparison() ?? new PlanDigest();
    return {
      add: (message) => follower.add(message),
      end: async () => {
        const end = follower.end();
        await this.endPlan(end);
        return end;
      },
    };
  }

  /** fdatasync, close and unlock; the second call does nothing more. @throws {JournalError} */
  close(): Promise<void> {
    this.closing ??= this.closeOnce();
    return this.closing;
  }

  private async closeOnce(): Promise<void> {
    try {
      await this.writer.end();
    } finally {
      await closeFd(this.fd);
      await this.lock.release();
    }
  }

  private async endPlan(end: PlanEnd): Promise<void> {
    if (this.isPlanEnded) return;
    this.isPlanEnded = true;
    await this.append(sealPlanEnd(end, this.crc));
  }

  /** The checksum goes on in the order of the calls, which is that of the lines. */
  private append({ line, crc }: Sealed): Promise<void> {
    this.crc = crc;
    return this.writer.append(line);
  }
}

function newHeader({ fingerprint }: JournalOptions): JournalHeader {
  return { run: randomBytes(16).toString("hex"), created: new Date().toISOString(), fingerprint };
}
