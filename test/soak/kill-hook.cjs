// Loaded before the command: kills the process, kill -9, at the n-th write to a file whose name ends in CHATX_KILL_FILE.
// CHATX_KILL_AT is "n:before", "n:half" or "n:after", for the moment relative to that write.
const fs = require("node:fs");
const { syncBuiltinESMExports } = require("node:module");

const [count, moment] = process.env.CHATX_KILL_AT.split(":");
const name = process.env.CHATX_KILL_FILE;
const { writeSync } = fs;
let seen = 0;

fs.writeSync = (fd, bytes, offset, length, position) => {
  if (!isWatched(fd) || ++seen !== Number(count)) return writeSync(fd, bytes, offset, length, position);
  if (moment === "half") writeSync(fd, bytes, offset, length >> 1, position);
  if (moment === "after") writeSync(fd, bytes, offset, length, position);
  process.kill(process.pid, "SIGKILL");
  // The signal is on its way: nothing more may happen here.
  for (;;);
};
syncBuiltinESMExports();

function isWatched(fd) {
  try {
    return fs.readlinkSync(`/proc/self/fd/${fd}`).endsWith(name);
  } catch {
    return false;
  }
}
