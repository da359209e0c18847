#!/usr/bin/env bash
# Runs the tests on another version of Node: scripts/test-on-node.sh 24. What no version of Node can change is left out, and
# floods that take long.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly major=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

npm install --prefix "$scratch" --no-audit --no-fund --loglevel error "node@$major"
export PATH="$scratch/node_modules/node/bin:$PATH"
if [[ $(node --version) != "v$major."* ]]; then
  echo "node --version says $(node --version), not v$major"
  exit 1
fi
TT_ALL_FILES=1 node node_modules/mocha/bin/mocha.js --forbid-only \
  --ignore 'test/{calendar,cli,collections,config,core,diagram,docs,eslint-plugin,examples,framing,log,mutation,package,services,site,store-client,testing,types}/**' \
  --ignore 'test/store/{tree,mqtt,service}/**' \
  --ignore 'test/links/{ask,callbacks,calls,handles,sender,services}.test.ts' \
  --ignore 'test/links/thread/{loading,logs,nested}.test.ts' \
  --ignore 'test/robustness/{fuzz,http-sigterm,order-flood,self-queueing,sigterm,slow-handlers,threads-soak,throws,upgrade-load}.test.ts' \
  --ignore 'test/tonics/{messages,tcp/backends,tcp/group,tcp/pool}/**'
