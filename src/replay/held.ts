import { hash } from "node:crypto";
import { CountTable } from "./count-table.ts";
import type { PlannedMessage } from "./types.ts";

/** The conversations of which a message was not delivered: what comes behind it must not overtake it. */
export class HeldConversations {
  private readonly keys = new CountTable();

  hold({ orderKey }: PlannedMessage): void {
    if (orderKey !== undefined) this.keys.add(keyDigest(orderKey));
  }

  has({ orderKey }: PlannedMessage): boolean {
    return orderKey !== undefined && this.keys.size > 0 && this.keys.has(keyDigest(orderKey));
  }
}

function keyDigest(orderKey: string): string {
  return hash("sha256", orderKey);
}
