#!/usr/bin/env bash
# Starts the built echo server and talks to it as a person would, with socat and ncat.
set -uo pipefail
cd "$(dirname "$0")/.."

readonly SERVER=dist/examples/ip-echo/server.js
passing=0
failing=0
server=
log=$(mktemp)
trap '[ -z "$server" ] || kill -9 "$server" 2>/dev/null; rm -f "$log"' EXIT

main() {
  check 'help names every option' help_names_every_option
  check 'it listens and says where' start_server || finish
  if needs socat; then check 'socat gets back what it sent over TCP' echoes_over_tcp; fi
  if needs ncat; then check 'ncat -u gets back what it sent over UDP' echoes_over_udp; fi
  check 'SIGTERM ends it with exit code 0' ends_in_order
  check 'it said two lines: one when it listened, one when it ended' said_two_lines
  finish
}

finish() {
  printf '\n  %d passing\n  %d failing\n' "$passing" "$failing"
  if [ "$failing" -gt 0 ]; then sed 's/^/    server: /' "$log"; fi
  exit $((failing > 0))
}

check() {
  local name=$1
  shift
  if "$@"; then
    passing=$((passing + 1))
    printf '  ok      %s\n' "$name"
  else
    failing=$((failing + 1))
    printf '  FAILED  %s\n' "$name"
    return 1
  fi
}

needs() {
  command -v "$1" >/dev/null || { echo "  skipped: no $1 here"; return 1; }
}

help_names_every_option() {
  local help option
  help=$(node "$SERVER" --help) || return 1
  for option in --host --port --log --help; do
    [[ $help == *"$option"* ]] || { echo "  --help does not name $option"; return 1; }
  done
}

start_server() {
  node "$SERVER" --host 127.0.0.1 --port 0 --log json >"$log" 2>&1 &
  server=$!
  within 10 started && has_port
}

# The port in the line {"msg":"listening","port":40123,...}, at whatever depth.
port() { grep -oE '"port":[0-9]+' "$log" | head -n 1 | cut -d : -f 2; }
has_port() { [ -n "$(port)" ]; }
started() { has_port || gone; }

# The reply comes while the client still holds its side open, as a terminal would.
echoes_over_tcp() {
  [ "$( (echo 'hello, TCP'; sleep 0.3) | socat -t 2 - "TCP:127.0.0.1:$(port)")" = 'hello, TCP' ]
}

echoes_over_udp() {
  [ "$( (echo 'hello, UDP'; sleep 0.3) | timeout 5 ncat -u -i 1 127.0.0.1 "$(port)" 2>/dev/null)" = 'hello, UDP' ]
}

ends_in_order() {
  kill -TERM "$server" || return 1
  within 10 gone || { echo '  still there after 10 s'; return 1; }
  wait "$server"
  local status=$?
  server=
  [ "$status" -eq 0 ] || { echo "  exit code $status"; return 1; }
}

gone() { ! running "$server"; }
running() { [ -e "/proc/$1" ] && ! grep -q '^State:.*Z' "/proc/$1/status"; }

said_two_lines() { [ "$(wc -l <"$log")" -eq 2 ]; }

# Asks every 50 ms whether a condition holds, for some seconds.
within() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    if [ "$SECONDS" -ge "$end" ]; then return 1; fi
    sleep 0.05
  done
}

main
