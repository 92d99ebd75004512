import { createHash } from "node:crypto";
import type { PlannedMessage } from "../types.ts";
import type { PlanEnd } from "./format.ts";

export type PlanKey = Pick<PlannedMessage, "sequence" | "identity">;

/** Is told every message of a plan in order, and then that it has ended. */
export interface PlanFollower {
  add(message: PlanKey): void;
  /** To be called once. */
  end(): PlanEnd;
}

/** Identities are hashed so many at a time. */
const GROUP = 2048;

/** Counts the messages of a plan and hashes their identities in order, in constant memory. */
export class PlanDigest implements PlanFollower {
  private readonly hash = createHash("sha256");
  private planned = 0;
  private group: string[] = [];

  add(message: PlanKey): void {
    this.planned++;
    this.group.push(message.identity);
    if (this.group.length >= GROUP) this.flush();
  }

  end(): PlanEnd {
    this.flush();
    return { planned: this.planned, digest: this.hash.digest("hex").slice(0, 32) };
  }

  private flush(): void {
    this.hash.update(this.group.join(""));
    this.group = [];
  }
}
