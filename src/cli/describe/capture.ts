import type { Command } from "commander";
import type { Io } from "../io.ts";
import { colored, type SetCode, withCommonOptions, withServerOptions } from "./shared.ts";

const CAPTURE_EXAMPLES = `
Only loopback is listened on unless --host says otherwise, and that needs --token or --verify. Vendors that can send no
header get the token in the path: https://hooks.example.com/<token>/.

Examples:
  chatx capture --out captures.jsonl
  chatx capture --out-dir captures --rotate daily --token env:HOOK_TOKEN --host 0.0.0.0
  chatx capture --out hooks.jsonl --verify smartsupp --verify-secret env:SMARTSUPP_SECRET --validate
  chatx capture --out hooks.jsonl --forward https://staging.example.com/hook --json
`;

export function addCapture(program: Command, io: Io, setCode: SetCode): void {
  const command = program
    .command("capture")
    .description("Receive webhooks and store them byte for byte; answer only when they are on the disk.")
    .option("--out <file>", "append capture records here, one a line (mode 0600)")
    .option("--out-dir <dir>", "the same in DIR/capture.jsonl; the folder is made where it is missing")
    .option("--rotate-size <size>", "close the file before it grows beyond this")
    .option("--rotate <when>", "daily: one file a day (UTC)")
    .option("--no-gzip", "leave closed files as they are");
  addTrust(withServerOptions(command));
  command
    .option("--max-body-bytes <size>", "longest body", "1MiB")
    .option("--respond <status>", "the answer to what is stored: 200 to 299", "200")
    .option("--validate", "mark each record with its format and findings")
    .option("--forward <url>", "pass each stored request on, byte for byte; failures change no answer")
    .option("--cacert <file>", "for --forward: trust these certificates (PEM)")
    .option("--json", "one JSON object a line for each event");
  withCommonOptions(command)
    .addHelpText("after", CAPTURE_EXAMPLES)
    .action(async (options: Record<string, unknown>) => {
      const { runCapture } = await import("../commands/capture.ts");
      setCode(await runCapture(options, colored(io, options)));
    });
}

function addTrust(command: Command): void {
  command
    .option("--token <source>", "a secret that requests must carry: env:NAME or file:PATH")
    .option("--verify <kind>", "check signatures: smartsupp, standard-webhooks or hmac-sha256")
    .option("--verify-secret <source>", "the key: env:NAME or file:PATH")
    .option("--verify-header <name>", "for hmac-sha256 (default X-Signature)")
    .option("--verify-encoding <encoding>", "for hmac-sha256: hex or base64 (default hex)")
    .option("--verify-prefix <text>", "for hmac-sha256, before the signature: sha256=");
}
