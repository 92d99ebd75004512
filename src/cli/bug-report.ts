import type { Io } from "./io.ts";

/** One line about an error that chatx did not foresee. Its message may hold payload text, so only its kind is told. */
export function bugReport(error: unknown, env: Io["env"]): string {
  const kind = error instanceof Error && /^\w{1,40}$/.test(error.name) ? error.name : "error";
  const line = `chatx: this is a bug in chatx (${kind}); run again with CHATX_DEBUG=1 to see where, and please report it\n`;
  if (env.CHATX_DEBUG !== "1") return line;
  return `${line}${error instanceof Error ? error.stack : String(error)}\n`;
}
