#!/usr/bin/env node
const { endProcess, main } = require("../dist/cli/cli.cjs");

main(process.argv.slice(2)).then(endProcess);
