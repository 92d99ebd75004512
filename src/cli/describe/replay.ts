import type { Command } from "commander";
import type { Io } from "../io.ts";
import { colored, gathered, type SetCode, withCommonOptions, withInputOptions } from "./shared.ts";

const REPLAY_EXAMPLES = `
Templates: $payload.*, $conversation.*, $record.*, $capture.*, $var.*, $env.*, $tokenResponse.*, $idempotencyKey,
$uuid, $dateTime; of a report export $report.*, $ClientsID, $chatConnector.*, $pdata.*, $xmlTemplate.*;
\${name:-default}; $$ is a dollar sign. Write them in single quotes, or the shell takes them.

Examples:
  chatx replay captures/ --url https://staging.example.com/hook
  chatx replay captures/ --url https://staging.example.com/hook --dry-run
  chatx replay captures/ --url https://staging.example.com/hook --journal run.jsonl --dead-letter failed.jsonl
  chatx replay captures/ --url https://staging.example.com/hook --journal run.jsonl --dead-letter failed.jsonl --resume
  chatx replay captures/ --to ferndesk --url 'https://crm.example.com/chats/$conversation.id' \\
    -H 'Authorization: Bearer $env.CRM_TOKEN' --rate 50/s
  chatx replay captures/ --profile export.yaml --dry-run
  chatx replay hooks.har --url https://localhost:8443/ --cacert ca.pem --sign standard-webhooks --sign-secret env:WHSEC
`;

export function addReplay(program: Command, io: Io, setCode: SetCode): void {
  const command = program
    .command("replay")
    .description("Send payloads to an endpoint: at least once, in order, resumable.")
    .option("--url <url>", "where to; values may stand in path and query: https://x.example/$conversation.id")
    .option("--profile <file>", "settings of a report export (YAML or JSON); other options take their place");
  withCommonOptions(addReplayOptions(withInputOptions(command)))
    .addHelpText("after", REPLAY_EXAMPLES)
    .action(async (inputs: string[], options: Record<string, unknown>) => {
      const { runReplay } = await import("../commands/replay.ts");
      setCode(await runReplay(inputs, options, colored(io, options)));
    });
}

/** The options of `chatx replay` beyond those of all commands that read payloads. */
function addReplayOptions(command: Command): Command {
  addRequest(command);
  addSelection(command);
  addDelivery(command);
  addMemory(command);
  addTrust(command);
  addReports(command);
  return command;
}

function addRequest(command: Command): void {
  command
    .option("-H, --header <header>", "'Name: value', a template; several times", gathered)
    .option("--body <text|@FILE>", "template of the body (default: the captured bytes as they are)")
    .option("--content-type <type>", "of the body; decides how values are placed in it")
    .option("--method <method>", "of all requests (default: that of the capture, else POST)")
    .option("-t, --to <format>", "convert first: ferndesk, smartsupp, userlike or jtel")
    .option("-f, --from <format>", "format of the input, or auto", "auto")
    .option("--var <name=value>", "a value for $var.name; several times", gathered)
    .option(
      "--pdf-font <file>",
      "a font for letters of reports that chatx has none of; several times",
      gathered,
    )
    .option("--report-bytes <what>", "what $report.bytes counts: pdf, or encoded (its Base64)", "pdf")
    .option("--time-zone <name>", "IANA zone of $dateTime and of times without one (default: UTC)");
}

function addSelection(command: Command): void {
  command
    .option("--limit <n>", "at most so many messages")
    .option("--since <time>", "only payloads whose last message is of this time or later")
    .option("--until <time>", "only payloads whose last message is before this time")
    .option("--shard <i/n>", "only share i of n, by conversation");
}

function addDelivery(command: Command): void {
  command
    .option("--concurrency <n>", "requests under way at the same time", "8")
    .option(
      "--rate <n/unit>",
      "at most so many requests: 50/s, 600/m or 1000/h; retries and token calls count",
    )
    .option("--order <what>", "in order within a conversation, as in the input, or none", "conversation")
    .option("--on-failure <what>", "of a message: hold the rest of its conversation, or continue", "hold")
    .option("--speed <speed>", "max, or the payloads' own times: 1x, 10x", "max")
    .option("--max-gap <time>", "longest wait between two messages with --speed (default 60s)")
    .option("--retries <n>", "attempts after the first", "5")
    .option("--timeout <time>", "of one request and its answer", "30s")
    .option("--max-elapsed <time>", "from a message's first attempt to its last", "15m")
    .option("--retry-base <time>", "wait before the first retry; doubled for each more", "1s")
    .option("--retry-cap <time>", "longest wait between retries (Retry-After may ask for up to 10m)", "60s")
    .option(
      "--expect <what>",
      "a status, or /json/pointer=value, that the answer must have; several times",
      gathered,
    )
    .option("--max-answer-bytes <size>", "most of an answer's body that is read and kept", "64KiB")
    .option(
      "--max-failures <n|n%>",
      "stop when so many messages failed, or so large a share of at least 20 (exit 5)",
    );
}

function addMemory(command: Command): void {
  command
    .option("--journal <file>", "remember what was delivered (mode 0600)")
    .option("--resume", "send what the journal does not know as delivered")
    .option("--dead-letter <file>", "keep what fails for good; an input of chatx replay (mode 0600)");
}

function addTrust(command: Command): void {
  command
    .option("--token-url <url>", "ask here for a token first; its answer is $tokenResponse")
    .option("--token-method <method>", "of the token request (default: POST)")
    .option("--token-header <header>", "'Name: value' of the token request; several times", gathered)
    .option("--token-body <text|@FILE>", "template of the token request's body")
    .option("--token-content-type <type>", "of the token request's body")
    .option("--sign <kind>", "sign each request: standard-webhooks, smartsupp or hmac-sha256")
    .option("--sign-secret <source>", "the key: env:NAME or file:PATH")
    .option("--sign-header <name>", "for hmac-sha256 (default X-Signature)")
    .option("--sign-encoding <encoding>", "for hmac-sha256: hex or base64 (default hex)")
    .option("--sign-prefix <text>", "for hmac-sha256, before the signature: sha256=")
    .option("--cacert <file>", "trust these certificates (PEM) instead of the built-in ones")
    .option("--cert <file>", "our own certificate (PEM)")
    .option("--key <file>", "its private key (PEM)")
    .option("--insecure", "do not check certificates");
}

function addReports(command: Command): void {
  command
    .option("--dry-run", "show the plan and the first requests; open no connection, write nothing")
    .option(
      "--reporter <name[=FILE]>",
      "text, json, jsonl, junit or html; several at once; without FILE to stdout",
      gathered,
    )
    .option("--har <file>", "what was sent and answered, secrets masked (HAR 1.2)")
    .option("--save-responses <dir>", "the last answer to each message, named by its identity");
}
