import type { Command } from "commander";
import { UsageError } from "../exit-codes.ts";
import type { Io } from "../io.ts";
import { colored, gathered, type SetCode, withCommonOptions, withReportOptions } from "./shared.ts";

/** A URL right behind --watch is taken for its interval. @throws {UsageError} Which does not show it: it may hold a secret. */
function intervalOnly(text: string): string {
  if (/^\d/.test(text)) return text;
  throw new UsageError(
    "--watch takes a time such as 30s, and what follows it is none",
    "write the URL first: chatx check URL --watch",
  );
}

export function addCheck(program: Command, io: Io, setCode: SetCode): void {
  const command = program
    .command("check")
    .description(
      "Ask a support endpoint as Ferndesk will, and explain every step. The report goes to stdout.",
    )
    .argument("<url>", "of the endpoint, as it will be given to Ferndesk")
    .option("--start-date <day>", "ask for conversations since this day too (YYYY-MM-DD)")
    .option(
      "-H, --header <header>",
      "'Name: value' to send; $env.NAME takes a secret; several times",
      gathered,
    )
    .option("--timeout <time>", "of one request and its whole answer", "30s")
    .option("--slow <time>", "an answer that takes longer is a warning", "10s")
    .option("--max-body-bytes <size>", "largest answer, as sent and unpacked", "256MiB")
    .option("--cacert <file>", "trust these certificates (PEM) instead of the built-in ones")
    .option(
      "--watch [interval]",
      "check again and again, and print what changes (default: every 60s)",
      intervalOnly,
    )
    .option("--strict", "warnings are errors");
  withCommonOptions(withReportOptions(command, "stdout", "50"))
    .addHelpText(
      "after",
      `
Exit codes: 0 Ferndesk should be able to read it (there may be warnings); 1 it answers, but not as it must; 2 the URL or
an option is wrong; 5 nothing answers, the endpoint fails, or it wants a login.

Examples:
  chatx check https://support.example.com/support-endpoint.json
  chatx check 'https://support.example.com/support-endpoint.json?startDate=2025-01-01'
  chatx check --start-date 2025-01-01 --reporter junit=check.xml https://support.example.com/support-endpoint.json
  chatx check --watch 30s https://support.example.com/support-endpoint.json
  chatx check --cacert test-ca.pem -H 'Authorization: Bearer $env.TOKEN' https://localhost:8443/support-endpoint.json
`,
    )
    .action(async (url: string, options: Record<string, unknown>) => {
      const { runCheck } = await import("../commands/check.ts");
      setCode(await runCheck(url, options, colored(io, options)));
    });
}
