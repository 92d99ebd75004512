/** What became of the records before any was sent: `read = planned + leftOut + rejected`, but where records are folded. */
export interface ReplayInput {
  readonly read: number;
  /** Records of no use for sending, by reason: `in another shard`, `no body`. */
  readonly leftOut: ReadonlyMap<string, number>;
  /** Records that cannot be sent, by the code of the finding. */
  readonly rejected: ReadonlyMap<string, number>;
}

export class InputCounts implements ReplayInput {
  read = 0;
  readonly leftOut = new Map<string, number>();
  readonly rejected = new Map<string, number>();

  leaveOut(why: string, count = 1): void {
    this.leftOut.set(why, (this.leftOut.get(why) ?? 0) + count);
  }

  reject(code: string, count = 1): void {
    this.rejected.set(code, (this.rejected.get(code) ?? 0) + count);
  }
}
