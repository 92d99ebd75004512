import type { PlannedMessage } from "./types.ts";

export interface InPlayLimits {
  readonly messages: number;
  readonly bytes: number;
}

/** The messages that were taken and have not ended: how much of them a run holds, and who waits for that to change. */
export class InPlay {
  private readonly limits: InPlayLimits;
  private messages = 0;
  private bytes = 0;
  private readonly waitingForRoom: (() => void)[] = [];
  private readonly waitingForEnd: (() => void)[] = [];

  constructor(limits: InPlayLimits) {
    this.limits = limits;
  }

  get isEmpty(): boolean {
    return this.messages === 0;
  }

  get hasRoom(): boolean {
    return this.messages < this.limits.messages && this.bytes < this.limits.bytes;
  }

  take({ sizeBytes = 0 }: PlannedMessage): void {
    this.messages++;
    this.bytes += sizeBytes;
  }

  leave({ sizeBytes = 0 }: PlannedMessage): void {
    this.messages--;
    this.bytes -= sizeBytes;
    if (this.hasRoom) this.giveWay();
    if (this.isEmpty) for (const wake of this.waitingForEnd.splice(0)) wake();
  }

  /** Resolves when there is room, or when nobody need wait for it any more (`giveWay`). */
  room(): Promise<void> {
    return new Promise((resolve) => this.waitingForRoom.push(resolve));
  }

  giveWay(): void {
    for (const wake of this.waitingForRoom.splice(0)) wake();
  }

  /** Resolves when all have ended. */
  async end(): Promise<void> {
    while (!this.isEmpty) await new Promise<void>((resolve) => this.waitingForEnd.push(resolve));
  }
}
