import { createHash } from "node:crypto";
import type { PlannedMessage } from "../types.ts";
import type { PlanEnd } from "./format.ts";

export type PlanKey = Pick<PlannedMessage, "sequence" | "identity">;

/** Identities are hashed so many at a time. */
const GROUP = 2048;

/** Counts the messages of a plan and hashes their identities in order, in constant memory. */
export class PlanDigest {
  private readonly hash = createHash("sha256");
  private planned = 0;
  private group: string[] = [];

  add(message: PlanKey): void {
    this.planned++;
    this.group.push(message.identity);
    if (this.group.length >= GROUP) this.flush();
  }

  /** To be called once. */
  end(): PlanEnd {
    this.flush();
    return { planned: this.planned, digest: this.hash.digest("hex").slice(0, 32) };
  }

  private flush(): void {
    this.hash.update(this.group.join(""));
    this.group = [];
  }
}
