#!/usr/bin/env bash
# Looks at the package as a user gets it: its exports, its types, that each entry loads, and that tests run with each runner.
set -euo pipefail
cd "$(dirname "$0")/.."

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

main() {
  npm pack --silent --pack-destination "$scratch" >/dev/null
  local tarball
  tarball=$(echo "$scratch"/*.tgz)
  npx --no-install publint --strict "$tarball"
  npx --no-install attw --profile esm-only "$tarball"
  every_entry_loads "$tarball"
  command_runs
  types_are_whole
  tests_run_with_each_runner
}

every_entry_loads() {
  mkdir "$scratch/user"
  npm install --prefix "$scratch/user" --no-audit --no-fund --loglevel error "$1"
  echo "installed for a user: $(npm ls --prefix "$scratch/user" --all --parseable | grep node_modules | grep -vc '/tasktonic$') packages beside it"
  (cd "$scratch/user" && node --input-type module --eval "globalThis.Temporal ?? await import('tasktonic/calendar').then(
    () => { throw new Error('tasktonic/calendar loads without Temporal'); },
    ({ message }) => { if (!message.includes('npm install temporal-polyfill')) throw new Error(message); })")
  npm install --prefix "$scratch/user" --no-audit --no-fund --loglevel error temporal-polyfill @types/node@20
  cat >"$scratch/user/load.mjs" <<'PROGRAM'
import { readFileSync } from 'node:fs';
const root = new URL('node_modules/tasktonic/', import.meta.url);
const { exports } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
for (const entry of Object.keys(exports).filter((key) => !key.endsWith('.json'))) {
  const names = Object.keys(await import('tasktonic' + entry.slice(1)));
  if (names.length === 0) throw new Error(`${entry} exports nothing`);
  console.log(`tasktonic${entry.slice(1)}: ${names.length} names`);
}
PROGRAM
  node "$scratch/user/load.mjs"
}

# The command, in a project that has nothing else.
command_runs() {
  local user=$scratch/user
  cat >"$user/door.mjs" <<'SOURCE'
import { Tonic } from 'tasktonic';
export class Door extends Tonic {
  ttse__onStart() { this.toState('locked'); }
  ttsc_locked__unlock() { this.toState('open'); }
}
SOURCE
  (cd "$user" && npx --no-install tasktonic diagram door.mjs Door) | tee /dev/stderr | grep -q 'locked --> open'
}

types_are_whole() {
  node scripts/check-types.mjs "$scratch/user/node_modules/tasktonic"
}

# vitest is installed here alone: it is tried for its users, and tests nothing of ours.
tests_run_with_each_runner() {
  npm install --prefix "$scratch/user" --no-audit --no-fund --loglevel error mocha@12 tsx@4 vitest@4
  NO_COLOR=1 node scripts/check-runners.mjs "$scratch/user"
}

main
