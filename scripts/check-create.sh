#!/usr/bin/env bash
# Makes a project as a new user would, from the packages as they are packed, in an empty folder: it installs, its tests pass, it serves, its types are right.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/within.sh

export npm_config_audit=false npm_config_fund=false npm_config_loglevel=error npm_config_prefer_offline=true
readonly PORT=7907
scratch=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill -9 -- "-$server" 2>/dev/null; rm -rf "$scratch"' EXIT

main() {
  npm pack --silent --pack-destination "$scratch" >/dev/null
  (cd create-tasktonic && npm pack --silent --pack-destination "$scratch" >/dev/null)
  cd "$scratch"
  local creating=("$PWD"/create-tasktonic-*.tgz)
  npm exec --yes "--package=$creating" -- create-tasktonic my-service
  cd my-service
  npm pkg set "dependencies.tasktonic=file:$(echo ../tasktonic-*.tgz)"
  npm install
  npm test
  npm run typecheck
  serves
  same_with_command
  echo 'a project is made, tried and served'
}

serves() {
  command -v socat >/dev/null || { echo 'not here: socat'; return; }
  # A session of its own, as that of a terminal: Ctrl-C comes to all in it, and npm passes it on as well.
  setsid npm start -- --server.port "$PORT" >../served 2>&1 &
  server=$!
  within 20 grep -q listens ../served || { cat ../served; return 1; }
  (echo ann; sleep 0.5) | socat -t 2 - "TCP:127.0.0.1:$PORT" | grep -q 'Welcome, ann'
  kill -INT -- "-$server"
  within 10 silent
  wait "$server" || true
  server=
}

# Nobody listens there any more.
silent() { ! socat -t 1 - "TCP:127.0.0.1:$PORT" </dev/null >/dev/null 2>&1; }

# The command of the package makes the same project.
same_with_command() {
  ./node_modules/.bin/tasktonic new ../other/my-service >/dev/null
  for file in .gitignore README.md tsconfig.json src test; do diff -r "$file" "../other/my-service/$file"; done
}

main
