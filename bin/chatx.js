#!/usr/bin/env node
require("../dist/cli/cli.cjs")
  .main(process.argv.slice(2))
  .then((code) => {
    process.exitCode = code;
  });
