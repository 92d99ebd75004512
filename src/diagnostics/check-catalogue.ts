import type { CheckDiagnosticArgs } from "./check-args.ts";
import type { CatalogueEntry } from "./diagnostic.ts";
import { quote } from "./quote.ts";

type CheckCatalogue = {
  readonly [C in keyof CheckDiagnosticArgs]: CatalogueEntry<CheckDiagnosticArgs[C]>;
};

const IT = "ask whoever runs the server";
const seconds = (ms: number) => `${Math.round(ms / 100) / 10} s`;
const retryHint = ({ retryAfter }: { retryAfter: string }) =>
  retryAfter === ""
    ? "try again later; Ferndesk meets the same limit when it comes too often"
    : `it says when to come back: Retry-After ${quote(retryAfter)}`;

/** The words of `chatx check`, for people who know their help desk and not HTTP. In the order of its steps. */
export const checkCatalogue: CheckCatalogue = {
  "check/url-invalid": {
    severity: "error",
    message: ({ found }) => `${quote(found)} is no URL`,
    hint: () => "write the whole address as in a browser: https://company.com/support-endpoint.json",
  },
  "check/url-scheme": {
    severity: "error",
    message: ({ scheme }) => `the URL begins with ${quote(scheme)}; an endpoint is reached by https://`,
    hint: () => "put the file on a web server and give its https:// address",
  },
  "check/url-credentials": {
    severity: "error",
    message: () => "the URL holds a user name or password; Ferndesk does not support endpoints that need one",
    hint: () => "make the endpoint public at a path that nobody guesses, and leave user and password out",
  },
  "check/url-fragment": {
    severity: "warning",
    message: () => "the part from # on is never sent to a server",
    hint: () => "leave out # and what follows it",
  },
  "check/url-rewritten": {
    severity: "warning",
    message: ({ read }) => `the URL has blanks, line ends or backslashes in it and is read as ${quote(read)}`,
    hint: () => "copy the address again, without blanks around or in it",
  },
  "check/url-http": {
    severity: "warning",
    message: () => "http:// sends the conversations unencrypted, for everybody on the way to read",
    hint: () => "use an https:// address",
  },
  "check/odd-address": {
    severity: "warning",
    message: ({ found, meant }) => `${quote(found)} is an unusual spelling of the address ${meant}`,
    hint: () => "write the host's name, or the address as four numbers with dots",
  },
  "check/local-name": {
    severity: "warning",
    message: ({ host }) => `${quote(host)} is a name of a local network; Ferndesk cannot look it up`,
    hint: () => "use a name that is registered publicly, such as support.company.com",
  },
  "check/name-not-found": {
    severity: "error",
    message: ({ host }) => `there is no host named ${quote(host)}`,
    hint: () => "check the spelling; a new name takes up to a day until it is known everywhere",
  },
  "check/name-lookup-failed": {
    severity: "error",
    message: ({ host }) => `the name server gave no answer about ${quote(host)}`,
    hint: () => "check this machine's own internet connection, then ask whoever manages the domain",
  },
  "check/name-timeout": {
    severity: "error",
    message: ({ host }) => `the name server took too long to answer about ${quote(host)}`,
    hint: () => "try again; if it stays so, ask whoever manages the domain",
  },
  "check/private-address": {
    severity: "warning",
    message: ({ host, address, kind }) =>
      `${quote(host)} is at ${address}, ${kind}: unreachable for Ferndesk`,
    hint: () => "put the endpoint on a server that can be reached from the internet",
  },
  "check/mixed-addresses": {
    severity: "warning",
    message: ({ host, address, kind }) =>
      `${quote(host)} has public addresses and also ${address}, ${kind}: at times unreachable for Ferndesk`,
    hint: () => "remove the address that is not public from the domain's entries",
  },
  "check/connection-refused": {
    severity: "error",
    message: ({ host }) => `${host} refuses the connection: nothing listens there`,
    hint: () => "check the port in the URL, and that the server is running",
  },
  "check/connect-timeout": {
    severity: "error",
    message: ({ host }) => `${host} does not answer when called`,
    hint: () => "a firewall may drop us; it must let everybody in, as Ferndesk names no addresses to allow",
  },
  "check/unreachable": {
    severity: "error",
    message: ({ host }) => `there is no way from this machine to ${host}`,
    hint: () => "check this machine's internet connection and the address of the server",
  },
  "check/connection-failed": {
    severity: "error",
    message: ({ host }) => `${host} breaks off while the connection is made`,
    hint: () => `try again; if it stays so, ${IT}`,
  },
  "check/no-sockets": {
    severity: "error",
    message: () => "this machine has no connection left to make",
    hint: () => "end programs that hold many connections, and try again",
  },
  "check/address-fails": {
    severity: "warning",
    message: ({ address, why }) => `the name also has the address ${address}, which fails: ${why}`,
    hint: () => "Ferndesk may take that address; mend it or remove it from the domain's entries",
  },
  "check/tls-expired": {
    severity: "error",
    message: ({ until }) => `the certificate has expired: it was valid until ${until}`,
    hint: () => "renew the certificate, and let the server load it",
  },
  "check/tls-not-yet-valid": {
    severity: "error",
    message: ({ from }) => `the certificate is not valid yet: it begins on ${from}`,
    hint: () => "install the certificate that is valid today; check the clock of this machine too",
  },
  "check/tls-wrong-name": {
    severity: "error",
    message: ({ host, names }) =>
      `the certificate is for ${names === "" ? "no name at all" : quote(names)}, not for ${quote(host)}`,
    hint: () => "use a name that the certificate is for, or get one for this name",
  },
  "check/tls-self-signed": {
    severity: "error",
    message: ({ subject }) =>
      `the certificate of ${quote(subject)} is signed by itself, so nobody vouches for it`,
    hint: () =>
      "get a certificate from a public authority (Let's Encrypt is free); --cacert trusts it here only",
  },
  "check/tls-unknown-root": {
    severity: "error",
    message: ({ issuer }) =>
      `the certificate is from ${quote(issuer)}, an authority that is not known publicly`,
    hint: () =>
      "get a certificate from a public authority (Let's Encrypt is free); --cacert trusts it here only",
  },
  "check/tls-incomplete-chain": {
    severity: "error",
    message: ({ issuer }) =>
      `the server sends its own certificate but not that of ${quote(issuer)}, which signed it`,
    hint: () => "install the whole chain (often a file named fullchain.pem); browsers hide this fault",
  },
  "check/tls-bad-certificate": {
    severity: "error",
    message: () => "the certificate cannot be accepted: it is damaged, revoked, weak or made for another use",
    hint: () => "get a new certificate for web servers from a public authority",
  },
  "check/tls-old-protocol": {
    severity: "error",
    message: () => "the server speaks no TLS version that is still safe (1.2 or newer)",
    hint: () => "switch on TLS 1.2 and 1.3 in the server's configuration",
  },
  "check/tls-not-spoken": {
    severity: "error",
    message: ({ host }) => `${host} does not speak TLS, which https:// needs`,
    hint: () => "check the port; try the same URL with http:// to see whether it answers at all",
  },
  "check/tls-client-certificate": {
    severity: "error",
    message: () => "the server wants a certificate of the caller; Ferndesk has none to show",
    hint: () => "switch off client certificates for this path",
  },
  "check/tls-timeout": {
    severity: "error",
    message: ({ host }) => `${host} takes the connection and then does not begin TLS`,
    hint: () => "check the port: something that speaks neither HTTP nor TLS may listen there",
  },
  "check/tls-failed": {
    severity: "error",
    message: ({ host }) => `no TLS connection to ${host} comes about`,
    hint: () => `check the port and the TLS settings of the server, or ${IT}`,
  },
  "check/tls-expires-soon": {
    severity: "warning",
    message: ({ until, days }) =>
      `the certificate ends on ${until}, in ${days === 1 ? "1 day" : `${days} days`}`,
    hint: () => "renew it now; see why it was not renewed by itself",
  },
  "check/answer-timeout": {
    severity: "error",
    message: ({ timeoutMs }) =>
      `the server takes the request and gives no answer within ${seconds(timeoutMs)}`,
    hint: () =>
      "let the endpoint prepare its answer beforehand; --timeout waits longer here, Ferndesk may not",
  },
  "check/connection-reset": {
    severity: "error",
    message: ({ host }) => `${host} breaks the connection off instead of answering`,
    hint: () => "look into the server's log for a crash, or a firewall that dislikes the request",
  },
  "check/connection-closed": {
    severity: "error",
    message: ({ host }) => `${host} takes the request and hangs up without an answer`,
    hint: () => "look into the server's log at this time: the program behind it may have crashed",
  },
  "check/not-http": {
    severity: "error",
    message: ({ reason }) => `what the server answers is not HTTP${reason === "" ? "" : `: ${reason}`}`,
    hint: () => "check the port: another kind of server may listen there",
  },
  "check/https-expected": {
    severity: "error",
    message: ({ host }) => `${host} speaks TLS, but the URL begins with http://`,
    hint: () => "write https:// instead of http://",
  },
  "check/headers-too-large": {
    severity: "error",
    message: () => "the headers of the answer are larger than 64 KiB",
    hint: () => "see which cookies or debug headers the server adds, and switch them off",
  },
  "check/answer-failed": {
    severity: "error",
    message: () => "the exchange failed for a reason that chatx does not know",
    hint: () => "try again",
  },
  "check/old-http": {
    severity: "info",
    message: ({ version }) => `the server answers in HTTP/${version}, which is out of use`,
    hint: () => "a newer web server, or one in front of it, speaks HTTP/1.1",
  },
  "check/slow": {
    severity: "warning",
    message: ({ ms, limitMs }) => `the answer takes ${seconds(ms)}, more than ${seconds(limitMs)}`,
    hint: () => "how long Ferndesk waits is not documented: let the endpoint prepare its answer beforehand",
  },
  "check/redirect": {
    severity: "warning",
    message: ({ status, to }) => `the server redirects (${status}) to ${quote(to)}`,
    hint: () => "whether Ferndesk follows is not documented: give it the last address of the chain",
  },
  "check/redirect-loop": {
    severity: "error",
    message: ({ to }) => `the redirects go in a circle, back to ${quote(to)}`,
    hint: () => "look for two rules that undo each other, such as www and no www",
  },
  "check/redirect-limit": {
    severity: "error",
    message: ({ limit }) => `there are more than ${limit} redirects in a row`,
    hint: () => "give the last address of the chain",
  },
  "check/redirect-without-location": {
    severity: "error",
    message: ({ status }) => `the server redirects (${status}) without saying where to`,
    hint: () => `the Location header is missing; ${IT}`,
  },
  "check/redirect-bad-location": {
    severity: "error",
    message: ({ location }) =>
      `the server redirects to ${quote(location)}, which is no http or https address`,
    hint: () => `the Location header is wrong; ${IT}`,
  },
  "check/redirect-to-http": {
    severity: "error",
    message: ({ to }) =>
      `the server redirects from https to ${quote(to)}, which is not encrypted; not followed`,
    hint: () => "let the redirect go to an https:// address",
  },
  "check/redirect-to-private": {
    severity: "error",
    message: ({ to, kind }) => `the server redirects to ${quote(to)}, ${kind}; not followed`,
    hint: () => "let the redirect go to a public address; an inner one cannot be reached from outside",
  },
  "check/query-lost": {
    severity: "warning",
    message: ({ query }) => `the redirect loses ${quote(query)} of the URL`,
    hint: () => "let the redirect keep the query, or give the last address with it",
  },
  "check/unauthorized": {
    severity: "error",
    message: ({ scheme }) =>
      `the server wants a login (401${scheme === "" ? "" : `, ${quote(scheme)}`}); Ferndesk does not support authenticated endpoints`,
    hint: () => "switch the login off for this path, and make the path one that nobody guesses",
  },
  "check/forbidden": {
    severity: "error",
    message: () => "the server refuses to show this (403); Ferndesk does not support authenticated endpoints",
    hint: () => "allow everybody to read this path; also look for rules by country, address or browser",
  },
  "check/bot-protection": {
    severity: "error",
    message: ({ status }) => `a bot protection stands before the endpoint and stops programs (${status})`,
    hint: () => "make an exception for this path in the protection's settings (Cloudflare: a skip rule)",
  },
  "check/not-found": {
    severity: "error",
    message: () => "there is nothing at this address (404)",
    hint: () => "check the path, letter by letter; upper and lower case differ",
  },
  "check/method-not-allowed": {
    severity: "error",
    message: () => "the server does not allow to read this address (405 to GET)",
    hint: () => "this is perhaps the address for sending webhooks to; give the one for reading",
  },
  "check/not-acceptable": {
    severity: "error",
    message: () => "the server has nothing that it takes us to accept (406)",
    hint: () => "let the endpoint answer JSON whatever the caller's Accept header says",
  },
  "check/gone": {
    severity: "error",
    message: () => "the endpoint has been removed for good (410)",
    hint: () => "ask for its new address",
  },
  "check/rate-limited": {
    severity: "error",
    message: () => "the server answers that it was asked too often (429)",
    hint: retryHint,
  },
  "check/client-error": {
    severity: "error",
    message: ({ status }) => `the server finds fault with the request (${status})`,
    hint: () => "check the path and what stands behind ? in the URL",
  },
  "check/server-error": {
    severity: "error",
    message: ({ status }) => `the endpoint fails (${status})`,
    hint: () => "look into the server's log at this time",
  },
  "check/bad-gateway": {
    severity: "error",
    message: ({ status }) => `the web server does not reach the program behind it (${status})`,
    hint: () => "check that the program is running, and how long it takes to answer",
  },
  "check/unavailable": {
    severity: "error",
    message: () => "the endpoint is out of service at the moment (503)",
    hint: retryHint,
  },
  "check/no-content": {
    severity: "error",
    message: ({ status }) => `the server answers that there is no content (${status})`,
    hint: () => 'answer 200 with {"conversations":[]} when there is nothing to show',
  },
  "check/partial-content": {
    severity: "error",
    message: () => "the server sends only a part (206), which nobody asked for",
    hint: () => "let the endpoint answer 200 with the whole document",
  },
  "check/unusual-success": {
    severity: "warning",
    message: ({ status }) => `the status is ${status}, not 200`,
    hint: () => "answer 200: Ferndesk may not read the others",
  },
  "check/unusual-status": {
    severity: "error",
    message: ({ status }) => `the status ${status} is none that an endpoint gives`,
    hint: () => "answer 200 with the document",
  },
  "check/no-content-type": {
    severity: "warning",
    message: () => "the answer does not say what it is: the Content-Type header is missing",
    hint: () => "send Content-Type: application/json",
  },
  "check/wrong-content-type": {
    severity: "warning",
    message: ({ found }) => `the answer calls itself ${quote(found)}, not application/json`,
    hint: () => "send Content-Type: application/json",
  },
  "check/wrong-charset": {
    severity: "warning",
    message: ({ found }) => `the answer says that its charset is ${quote(found)}; JSON is always UTF-8`,
    hint: () => "write the answer in UTF-8 and send Content-Type: application/json",
  },
  "check/compressed-anyway": {
    severity: "warning",
    message: ({ coding }) => `the answer is compressed (${quote(coding)}), which we did not ask for`,
    hint: () => "compress only what Accept-Encoding asks for; it was read all the same",
  },
  "check/unknown-coding": {
    severity: "error",
    message: ({ coding }) => `the answer is coded as ${quote(coding)}, which cannot be read`,
    hint: () => "send the answer uncompressed, or as gzip to those who ask for it",
  },
  "check/broken-compression": {
    severity: "error",
    message: ({ coding, reason }) =>
      `the answer calls itself ${quote(coding)}, but cannot be unpacked: ${reason}`,
    hint: () => "see whether two parts of the server both compress, or none does",
  },
  "check/undeclared-compression": {
    severity: "error",
    message: ({ kind }) => `the answer is ${kind} data, and its Content-Encoding does not say so`,
    hint: () => "send the JSON itself, or Content-Encoding: gzip with it",
  },
  "check/too-large": {
    severity: "error",
    message: ({ limitBytes }) => `the answer is larger than ${limitBytes} bytes`,
    hint: () =>
      "send fewer conversations (Ferndesk reads the latest 3,000); --max-body-bytes reads more here",
  },
  "check/inflated-too-large": {
    severity: "error",
    message: ({ limitBytes }) => `the answer unpacks to more than ${limitBytes} bytes`,
    hint: () =>
      "send fewer conversations (Ferndesk reads the latest 3,000); --max-body-bytes reads more here",
  },
  "check/body-timeout": {
    severity: "error",
    message: ({ timeoutMs, bytes }) =>
      `the answer does not end within ${seconds(timeoutMs)}; ${bytes} bytes came`,
    hint: () => "send fewer conversations, or faster; --timeout waits longer here, Ferndesk may not",
  },
  "check/body-cut": {
    severity: "error",
    message: ({ bytes, promised }) => `the answer breaks off after ${bytes} bytes${promised}`,
    hint: () => "look into the server's log for a crash; a Content-Length that is too large does this too",
  },
  "check/body-broken": {
    severity: "error",
    message: ({ reason }) =>
      `the answer breaks the rules of HTTP in its middle${reason === "" ? "" : `: ${reason}`}`,
    hint: () => `the program writes its own Transfer-Encoding, perhaps; ${IT}`,
  },
  "check/content-length-short": {
    severity: "error",
    message: ({ length }) => `more follows after the ${length} bytes that Content-Length promises`,
    hint: () => "count bytes, not characters, for Content-Length, or leave it to the web server",
  },
  "check/empty-body": {
    severity: "error",
    message: () => "the answer is empty",
    hint: () =>
      'answer {"conversations":[]} when there is nothing to show; look for errors in the server\'s log',
  },
  "check/byte-order-mark": {
    severity: "warning",
    message: () => "the answer begins with a byte order mark, which JSON on the web must not have",
    hint: () => 'save the file as "UTF-8 without BOM"',
  },
  "check/not-utf8": {
    severity: "error",
    message: ({ encoding }) => `the answer is ${encoding}, not UTF-8`,
    hint: () => "write the answer in UTF-8",
  },
  "check/markup": {
    severity: "error",
    message: ({ what }) => `the answer is ${what}, not JSON`,
    hint: ({ what }) =>
      what.includes("login")
        ? "the endpoint asks for a login; Ferndesk cannot log in, so make this path public"
        : "open the URL in a private browser window to see the page; give the address of the data instead",
  },
  "check/not-json": {
    severity: "error",
    message: ({ start }) => `the answer is not JSON; it begins with ${quote(start)}`,
    hint: () => 'the answer must be JSON from its first character: {"conversations": [',
  },
  "check/json-lines": {
    severity: "error",
    message: () => "the answer is several JSON texts one after another, not one document",
    hint: () => 'put them into one list: {"conversations": […]}; chatx convert --to ferndesk does that',
  },
  "check/root-is-list": {
    severity: "error",
    message: ({ items }) =>
      `the answer is a bare list (${items}); Ferndesk wants an object with the list in it`,
    hint: () => 'write {"conversations": before the list and } after it',
  },
  "check/root-not-object": {
    severity: "error",
    message: ({ found }) => `the answer is ${found}; Ferndesk wants an object with the key "conversations"`,
    hint: () => 'answer {"conversations": […]}',
  },
  "check/no-conversations-key": {
    severity: "error",
    message: ({ keys }) =>
      `the answer has no key "conversations"; ${keys === "" ? "it has no key at all" : `it has ${keys}`}`,
    hint: ({ nearest }) =>
      nearest === undefined
        ? 'put the list of conversations under the key "conversations"'
        : `rename ${quote(nearest)} to "conversations", at the top of the document`,
  },
  "check/conversations-not-a-list": {
    severity: "error",
    message: ({ found }) => `"conversations" is ${found}; Ferndesk wants a list`,
    hint: () => 'write "conversations": [ … ], also for one or none',
  },
  "check/conversation-too-large": {
    severity: "error",
    message: ({ limitBytes }) =>
      `the value is longer than ${limitBytes} bytes, too long for one conversation`,
    hint: () => 'see that the list stands under "conversations" at the top of the document, one element each',
  },
  "check/no-conversations": {
    severity: "warning",
    message: () => "the endpoint shows no conversation, so an audit will find nothing",
    hint: () => "check the filter of the endpoint, such as its startDate",
  },
  "check/too-many-conversations": {
    severity: "warning",
    message: ({ count, limit }) =>
      `there are ${count} conversations; an audit reads up to the ${limit} latest`,
    hint: () => "send the latest ones only, newest first",
  },
  "check/not-newest-first": {
    severity: "info",
    message: ({ time, previous }) =>
      `the conversations are not ordered newest first: ${time} comes after ${previous}`,
    hint: () => "no order is documented; newest first is safest where not all are read",
  },
  "check/time-in-future": {
    severity: "warning",
    message: ({ field, time }) => `${field} ${time} lies in the future`,
    hint: () => "check the server's clock and time zone: local time may be written as UTC (Z)",
  },
  "check/url-not-absolute": {
    severity: "warning",
    message: ({ found }) => `the url ${quote(found)} is no absolute http or https address`,
    hint: () => "write the whole address, so that a click leads to the conversation",
  },
  "check/roles-mixed": {
    severity: "warning",
    message: () => 'some messages of agents have the role "agent", others "support_agent"',
    hint: () => "use one spelling throughout; Ferndesk documents both, and which one it reads is not known",
  },
  "check/role-support-agent": {
    severity: "info",
    message: () => 'agents have the role "support_agent", as in Ferndesk\'s example; its text says "agent"',
    hint: () => 'if an audit takes agents for users, write "agent"',
  },
  "check/message-ids-repeat": {
    severity: "info",
    message: ({ count, id }) =>
      `${count} messages have an id that a message of another conversation has too, such as ${quote(id)}`,
    hint: () => "ids that are unique over all conversations are safest",
  },
  "check/start-date-format": {
    severity: "warning",
    message: ({ found }) => `startDate is ${quote(found)}, not a day such as 2025-01-01`,
    hint: () => "write startDate=YYYY-MM-DD, once",
  },
  "check/start-date-ignored": {
    severity: "warning",
    message: ({ date, count }) =>
      `the endpoint does not heed startDate: ${count} conversations are older than ${date}, as without it`,
    hint: () => "let the endpoint leave out conversations whose lastMessageAt is before startDate",
  },
  "check/start-date-early": {
    severity: "warning",
    message: ({ date, count, earliest }) =>
      `${count} of the conversations asked for since ${date} are older; the oldest is of ${earliest}`,
    hint: () => "compare lastMessageAt with startDate, both in UTC",
  },
  "check/start-date-missing": {
    severity: "warning",
    message: ({ date, count }) =>
      `asked for conversations since ${date}, the endpoint leaves out ${count} that it shows without startDate`,
    hint: () => "a conversation belongs to the answer if its lastMessageAt is startDate or later",
  },
  "check/start-date-failed": {
    severity: "error",
    message: ({ query, problem }) => `asked ${query}, the endpoint gives no usable answer: ${problem}`,
    hint: () => "the endpoint must answer with and without startDate",
  },
  "check/start-date-crash": {
    severity: "warning",
    message: ({ found, status }) => `the endpoint fails (${status}) when startDate is ${quote(found)}`,
    hint: () => "answer 400 to a startDate that is no day, or ignore it",
  },
};
