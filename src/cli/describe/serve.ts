import type { Command } from "commander";
import type { Io } from "../io.ts";
import { colored, type SetCode, withCommonOptions, withServerOptions } from "./shared.ts";

const SERVE_EXAMPLES = `
Ferndesk cannot authenticate, so --token puts a secret into the path: https://chats.example.com/<token>/support-endpoint.json.
Only loopback is listened on unless --host says otherwise, and that needs --token.

Examples:
  chatx serve captures/
  chatx serve --watch captures/ --port 8081
  chatx serve 'captures/**/*.jsonl.gz' --from smartsupp --time-zone Europe/Prague
  chatx serve captures/ --watch --host 0.0.0.0 --token env:SUPPORT_TOKEN
  curl 'http://127.0.0.1:8081/support-endpoint.json?startDate=2026-01-31'
`;

export function addServe(program: Command, io: Io, setCode: SetCode): void {
  const command = program
    .command("serve")
    .description("Serve captured files as a Ferndesk support endpoint, newest first.")
    .argument("[inputs...]", "files, folders, quoted globs; - or nothing for standard input")
    .option("-f, --from <format>", "format of the input, or auto", "auto")
    .option("--watch", "look for new captures, and for changes, while serving")
    .option("--watch-interval <time>", "between two looks (default: 1s, at most 24h)")
    .option("--limit <n>", "most conversations in an answer", "3000")
    .option("--path <path>", "where the document is", "/support-endpoint.json")
    .option("--token <source>", "a secret that requests must carry: env:NAME or file:PATH");
  addReading(withServerOptions(command, "8081"));
  withCommonOptions(command)
    .addHelpText("after", SERVE_EXAMPLES)
    .action(async (inputs: string[], options: Record<string, unknown>) => {
      const { runServe } = await import("../commands/serve.ts");
      setCode(await runServe(inputs, options, colored(io, options)));
    });
}

/** As convert has them. */
function addReading(command: Command): void {
  command
    .option("--time-zone <name>", "IANA zone of times without one, and of startDate (default: UTC)")
    .option(
      "--url-template <url>",
      "URL of a conversation that has none: https://crm.example.com/chats/$conversation.id",
    )
    .option("--agent-role <role>", "how Ferndesk documents spell it: agent or support_agent", "agent")
    .option("--system-messages <what>", "drop them, or keep them as the agent's: drop or agent", "drop")
    .option("--fold", "of repeats of a conversation take the most complete one")
    .option("--allow-empty", "serve also where nothing matches or the input holds no payload")
    .option("--max-record-bytes <size>", "longest record", "64MiB")
    .option("--max-inflated-bytes <size>", "most that a gzip source may inflate to", "64GiB")
    .option("--max-findings <n>", "findings shown at most; 0 for all", "1000");
}
