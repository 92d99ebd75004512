/**
 * All benchmarks in one table, each figure beside its floor. The exit code is 1 when a floor is missed.
 *
 *     npm run bench
 *     node bench/index.mjs --quick     small inputs, a few seconds: does all of it still work?
 */
import { cpus } from "node:os";
import { measureConvert } from "./convert.mjs";
import { isQuick } from "./measure/main.mjs";
import { finish } from "./measure/report.mjs";
import { demandBuild } from "./measure/run.mjs";
import { measureMemory } from "./memory.mjs";
import { measureReplay } from "./replay.mjs";
import { measureStartUp } from "./start-up.mjs";

demandBuild();
const quick = isQuick();
const rows = [];
for (const [name, measure] of /** @type {const} */ ([
  ["start-up", measureStartUp],
  ["convert", measureConvert],
  ["memory", measureMemory],
  ["replay", measureReplay],
])) {
  console.error(`measuring ${name} …`);
  rows.push(...(await measure({ quick })));
}
console.log(`Node ${process.versions.node}, ${process.platform} ${process.arch}, ${cpus().length} cores\n`);
finish(rows);
console.log("\n2 GB under --max-old-space-size=256: node bench/two-gigabytes.mjs");
console.log("A million messages, resumed: node bench/million.mjs");
