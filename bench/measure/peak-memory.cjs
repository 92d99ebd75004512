/**
 * Preloaded into a Node process (`node --require`), this writes the peak resident memory in bytes to the file that
 * CHATX_BENCH_PEAK_FILE names when the process ends.
 *
 * On Linux it reads VmHWM of /proc/self/status, which belongs to this program's own memory. The maxRSS that
 * getrusage tells starts at the peak of the process that forked it, and so flatters nobody but the parent; it is
 * taken only where there is no /proc.
 */
const { readFileSync, writeFileSync } = require("node:fs");

process.on("exit", () => {
  const file = process.env.CHATX_BENCH_PEAK_FILE;
  if (file !== undefined) writeFileSync(file, String(peakBytes()));
});

function peakBytes() {
  try {
    const match = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"));
    if (match !== null) return Number(match[1]) * 1024;
  } catch {
    // No /proc on this system.
  }
  return process.resourceUsage().maxRSS * 1024;
}
