#!/usr/bin/env bash
# Runs the tests about sockets, which play on the simulated network else, on Node's; and compares both networks by a hundred and twenty scripts.
set -uo pipefail
cd "$(dirname "$0")/.."

mocha() {
  node node_modules/mocha/bin/mocha.js --no-config --extension ts --node-option no-warnings --node-option loader=./test/support/loader.mjs \
    --timeout 30000 --parallel --jobs 2 --forbid-only "$@"
}

export TT_NETWORK=real TT_CONFORMANCE_RUNS=120
# What is about rates takes its time there, which is virtual elsewhere.
mocha --ignore test/tonics/tcp/connection/watches/read-pace.test.ts 'test/tonics/**/*.test.ts' 'test/http/client/{answers,redirects,connection-pool}.test.ts' 'test/selector/*.test.ts' 'test/conformance/*.test.ts'
