/**
 * An endpoint that takes more than any sender here can give: reads requests by their Content-Length, answers 200, and keeps
 * nothing but counts. Prints its port; then a line of JSON for every line on standard input, which also sets the counts
 * back. Ends with standard input.
 */
import { createServer } from "node:net";
import { createInterface } from "node:readline";

const ANSWER = Buffer.from(
  "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}",
);
const HEAD_END = "\r\n\r\n";
const counts = { requests: 0, bodyBytes: 0, firstAtMs: 0 };

/** @param {import("node:net").Socket} socket */
function serve(socket) {
  let missing = 0;
  /** @type {Buffer | undefined} */
  let cutHead;
  socket.setNoDelay(true);
  socket.on("error", () => undefined);
  socket.on("data", (chunk) => {
    let bytes = cutHead === undefined ? chunk : Buffer.concat([cutHead, chunk]);
    cutHead = undefined;
    while (bytes.length > 0) {
      if (missing === 0) {
        const end = bytes.indexOf(HEAD_END);
        if (end < 0) {
          cutHead = bytes;
          return;
        }
        missing = Number(/content-length: *(\d+)/i.exec(bytes.latin1Slice(0, end))?.[1] ?? 0);
        bytes = bytes.subarray(end + HEAD_END.length);
        counts.bodyBytes += missing;
      }
      const taken = Math.min(missing, bytes.length);
      missing -= taken;
      bytes = bytes.subarray(taken);
      if (missing > 0) return;
      if (counts.requests++ === 0) counts.firstAtMs = Date.now();
      socket.write(ANSWER);
    }
  });
}

const server = createServer(serve).listen(0, "127.0.0.1", () => {
  const address = server.address();
  console.log(typeof address === "object" && address !== null ? address.port : "");
});
createInterface({ input: process.stdin })
  .on("line", () => {
    console.log(JSON.stringify(counts));
    Object.assign(counts, { requests: 0, bodyBytes: 0, firstAtMs: 0 });
  })
  .on("close", () => process.exit());
