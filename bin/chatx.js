#!/usr/bin/env node
const { join } = require("node:path");
const { launch } = require("../dist/cli/launch.cjs");

launch(join(__dirname, "../dist/cli"), process.argv.slice(2));
