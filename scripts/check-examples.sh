#!/usr/bin/env bash
# Runs the built examples as a person would: talks to the echo server with socat and ncat, and looks at what the others show.
set -uo pipefail
cd "$(dirname "$0")/.."
. scripts/within.sh

readonly SERVER=dist/examples/ip-echo/server.js
readonly NOTES=dist/examples/line-protocol/server.js
readonly MATH=dist/examples/math-worker/main.js
readonly ARRAY=dist/examples/shared-array/main.js
readonly BIG=dist/examples/big-data/main.js
readonly TWIN=dist/examples/digital-twin/server.js
readonly HELLO=dist/examples/hello-http/main.js
readonly HOOKS=dist/examples/webhooks/receiver.js
readonly HOOK_SENDER=dist/examples/webhooks/sender.js
readonly REDIS=dist/examples/redis-lite/server.js
readonly DNS=dist/examples/dns/server.js
readonly METRICS=dist/examples/metrics-collector/server.js
readonly VIEWER=dist/examples/log-viewer/server.js
# Stands before the receiver at that port, tells its own, and has nobody for the first request.
readonly BUSY_BALANCER='
  const http = require("node:http");
  let isBusy = true;
  const server = http.createServer(({ method, url, headers }, response) => {
    if (isBusy) return response.writeHead(503, { "Retry-After": "0" }).end(() => (isBusy = false));
    const on = http.request({ port: process.argv[1], host: "127.0.0.1", method, path: url, headers }, (answer) =>
      answer.pipe(response.writeHead(answer.statusCode, answer.headers)));
    response.req.pipe(on);
  });
  server.listen(0, "127.0.0.1", () => console.log(server.address().port));
'
readonly BROKER=dist/examples/mqtt-broker/server.js
readonly PROXY=dist/examples/tcp-proxy/server.js
readonly SINK=dist/examples/smtp-sink/server.js
readonly CHAT=dist/examples/chat/server.js
readonly DEVICE=dist/examples/device/server.js
readonly POLLER=dist/examples/device/client.js
readonly TFTP=dist/examples/tftp/server.js
passing=0
failing=0
server=
log=$(mktemp)
shown=$(mktemp)
kept=$(mktemp -d)
trap '[ -z "$server" ] || kill -9 "$server" 2>/dev/null; rm -rf "$log" "$shown" "$kept"' EXIT

main() {
  check 'help names every option' help_names "$SERVER" --host --port --log --help
  check 'it listens and says where' start_server || finish
  if needs socat; then check 'socat gets back what it sent over TCP' echoes_over_tcp; fi
  if needs ncat; then check 'ncat -u gets back what it sent over UDP' echoes_over_udp; fi
  check 'SIGTERM ends it with exit code 0' ends_in_order
  check 'it said four lines: its session, where TCP and UDP listen, and one when it ended' said_four_lines
  if needs openssl; then
    check 'a certificate of its own is made' make_certificates
    check 'TLS: openssl gets back what it sent' echoes_over_tls
    check 'TLS: with --ca, who has no certificate is sent away, and who has one is served' asks_for_certificates
    check 'line-protocol: greets under TLS' greets_under_tls
  fi
  if needs socat; then
    check '--unix alone: socat is served at the path, and it is gone with the server' echoes_at_path
    check '--proxy-protocol: who sends the header is served, and who sends none is not' takes_proxy_header
  fi
  check 'math-worker: help names every option' help_names "$MATH" --below --chunked --here --cancel-after --seconds --port
  check 'math-worker: without a terminal it writes plain lines, and ends by itself' math_writes_lines
  check 'math-worker: a calculation in chunks is cancelled' math_cancels
  check 'math-worker: SIGTERM ends it with exit code 0' math_ends_in_order
  if needs script; then check 'math-worker: on a terminal c cancels, and q ends' math_hears_keys; fi
  check 'shared-array: main sees what the threads wrote' shares_array
  check 'big-data: help names every option' help_names "$BIG" --mib --threads --help
  check 'big-data: threads fill an array in the Store, of which there is no copy' shares_big_data
  check 'digital-twin: help names every option' help_names "$TWIN" --host --port --directory --limit --mqtt --web --help
  if needs socat; then
    check 'digital-twin: a report becomes a line, and the fan of the room is told to go on' twin_switches
    check 'digital-twin: it is there again after kill -9, and SIGTERM ends it with exit code 0' twin_is_kept
    if needs script; then check 'digital-twin: on a terminal it shows a table' twin_shows_table; fi
    if needs curl; then check 'digital-twin: it serves its live page, and the client of the Store' twin_serves_page; fi
  fi
  if needs mosquitto && needs mosquitto_pub && needs mosquitto_sub; then check 'digital-twin: devices of an MQTT broker report and hear, too' twin_bridges; fi
  if needs socat; then check 'log-viewer: it shows lines of JSON that come over TCP, and SIGTERM ends it' shows_logs; fi
  check 'mqtt-broker: help names every option' help_names "$BROKER" --host --port --unix --cert --key --ca --proxy-protocol --web --help
  if needs mosquitto_pub && needs mosquitto_sub; then
    check 'mqtt-broker: a retained message comes to who subscribes later, and SIGTERM ends it' brings_messages
    if needs openssl; then check 'mqtt-broker: under TLS, to clients with a certificate alone' brings_messages_to_known; fi
  fi
  check 'tcp-proxy: help names every option' help_names "$PROXY" --host --port --unix --cert --key --ca --proxy-protocol --config --help
  if needs socat; then check 'tcp-proxy: it hands on to a backend that SIGHUP names, and SIGTERM ends it' hands_on; fi
  check 'smtp-sink: help names every option' help_names "$SINK" --host --port --unix --cert --key --ca --proxy-protocol --help
  if needs swaks; then
    check 'smtp-sink: it shows what swaks sends' takes_mail
    if needs openssl; then check 'smtp-sink: and under TLS' takes_mail_over_tls; fi
  fi
  check 'chat: help names every option' help_names "$CHAT" --host --port --unix --cert --key --ca --proxy-protocol --web --help
  if needs socat; then check 'chat: two of socat talk with each other' chats; fi
  if needs curl; then check 'chat: it serves its page' serves_chat_page; fi
  check 'tftp: help names every option' help_names "$TFTP" --host --port --folder --help
  if needs tftp; then check 'tftp: the client of tftp-hpa reads a file and writes one' brings_files; fi
  check 'device: help names every option' help_names "$DEVICE" --host --port --unix --cert --key --ca --proxy-protocol --help
  check 'device: its poller shows the temperature' polls
  if needs mbpoll; then check 'device: mbpoll switches the heater on' switches_heater; fi
  check 'redis-lite: help names every option' help_names "$REDIS" --host --port --unix --cert --proxy-protocol --max-keys --max-memory --help
  if needs redis-cli; then check 'redis-lite: redis-cli gets back what it set' redis_keeps; fi
  check 'dns: help names every option' help_names "$DNS" --host --port --unix --cert --proxy-protocol --zone --help
  if needs dig; then check 'dns: dig is answered over UDP and TCP' dns_answers; fi
  check 'metrics-collector: help names every option' help_names "$METRICS" --host --port --unix --cert --proxy-protocol --config --help
  if needs socat; then check 'metrics-collector: it takes metrics, and tells the figures' collects_metrics; fi
  check 'hello-http: help names every option' help_names "$HELLO" --host --port --unix --cert --key --handler --help
  check 'webhooks: help names every option' help_names "$HOOKS" WEBHOOK_SECRET --host --port --unix --help
  check 'webhooks: what the sender tells is taken, with the second try where the first was answered 503' delivers_webhooks
  if needs curl; then
    check 'hello-http: curl is told hello, with sparkles, and SIGTERM ends it with exit code 0' says_hello
    check 'hello-http: and by a handler' says_hello --handler
    check 'hello-http: and at a path' says_hello_at_path
    if needs openssl; then check 'hello-http: and under TLS' says_hello_over_tls; fi
    if needs openssl; then check 'webhooks: it takes what is signed, and works on it; and nothing else' takes_webhooks; fi
  fi
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

help_names() {
  local program=$1 help option
  shift
  help=$(node "$program" --help) || return 1
  for option in "$@"; do
    [[ $help == *"$option"* ]] || { echo "  --help does not name $option"; return 1; }
  done
}

start_server() { start "$SERVER" --host 127.0.0.1 --port 0 --log json "$@"; }

# A program and its arguments; waits for a port in its log.
start() {
  # What the one before has said is gone before this one is looked at.
  : >"$log"
  node "$@" >"$log" 2>&1 &
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

make_certificates() {
  local name
  for name in server client; do
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$name" \
      -addext 'subjectAltName=DNS:localhost' -keyout "$kept/$name.key" -out "$kept/$name.pem" 2>/dev/null || return 1
  done
}

# The first line that comes under TLS to who sends one; nothing to who is sent away.
over_tls() {
  local sent=$1 heard='' client in out
  shift
  coproc CLIENT { exec openssl s_client -quiet -verify_quiet -verify_return_error -CAfile "$kept/server.pem" \
    -servername localhost -connect "127.0.0.1:$(port)" "$@" 2>/dev/null; }
  client=$CLIENT_PID in=${CLIENT[1]} out=${CLIENT[0]}
  echo "$sent" >&"$in"
  read -r -t 10 heard <&"$out"
  kill "$client" 2>/dev/null
  wait "$client" 2>/dev/null
  echo "$heard"
}

echoes_over_tls() {
  start_server --cert "$kept/server.pem" --key "$kept/server.key" &&
    [ "$(over_tls 'hello, TLS')" = 'hello, TLS' ] && ends_in_order
}

asks_for_certificates() {
  start_server --cert "$kept/server.pem" --key "$kept/server.key" --ca "$kept/client.pem" &&
    [ "$(over_tls 'let me in')" = '' ] &&
    [ "$(over_tls 'it is me' -cert "$kept/client.pem" -key "$kept/client.key")" = 'it is me' ] && ends_in_order
}

greets_under_tls() {
  start "$NOTES" --port 0 --cert "$kept/server.pem" --key "$kept/server.key" &&
    [[ $(over_tls 'QUIT') == '220 notes'* ]] && ends_in_order
}

echoes_at_path() {
  node "$SERVER" --unix "$kept/echo" --log json >"$log" 2>&1 &
  server=$!
  within 10 test -S "$kept/echo" &&
    [ "$( (echo 'hello, UNIX'; sleep 0.3) | socat -t 2 - "UNIX:$kept/echo")" = 'hello, UNIX' ] &&
    ends_in_order && [ ! -e "$kept/echo" ]
}

takes_proxy_header() {
  local header='PROXY TCP4 192.0.2.7 192.0.2.1 40000 7007'
  start_server --proxy-protocol 127.0.0.1/32 &&
    [ "$( (printf '%s\r\nhello' "$header"; sleep 0.3) | socat -t 2 - "TCP:127.0.0.1:$(port)")" = hello ] &&
    [ "$( (echo 'hello'; sleep 0.3) | socat -t 2 - "TCP:127.0.0.1:$(port)" 2>/dev/null)" = '' ] && ends_in_order
}

said_four_lines() { [ "$(wc -l <"$log")" -eq 4 ]; }

math_writes_lines() {
  runs node "$MATH" --below 1000000 --seconds 2.5 &&
    shows '^primes [1-9][0-9]* done, last [0-9,]+ ms \| TCP [0-9]+: p50 [0-9.]+ ms, p99 [0-9.]+ ms$' &&
    shows_no $'\r' || shown_lines
}

math_cancels() {
  runs node "$MATH" --below 1000000000 --chunked --cancel-after 0.5 --seconds 2 &&
    shows '^cancelled at [0-9]+ %, stopped [0-9.]+ ms after it was asked$' &&
    shows '^primes \[[#-]+\] +[0-9]+ %, 0 done' || shown_lines
}

math_ends_in_order() {
  node "$MATH" --below 1000000 >"$log" 2>&1 &
  server=$!
  within 10 grep -q done "$log" && ends_in_order
}

# A pseudo terminal; the keys come when the line is there.
math_hears_keys() {
  local keys
  keys=$(mktemp -u) && mkfifo "$keys" || return 1
  exec 3<>"$keys"
  rm -f "$keys"
  timeout 20 script -qec "node $MATH --chunked --below 1000000000" /dev/null <&3 >"$shown" 2>&1 &
  server=$!
  within 10 shows $'\r.*primes' && printf c >&3 && within 10 shows 'cancelled at' && printf q >&3 && within 10 gone
  local status=$?
  exec 3>&-
  if [ "$status" -eq 0 ]; then wait "$server" && server=; else shown_lines; fi
}

shares_array() {
  runs node "$ARRAY" --mib 1 && shows 'each part is in order$' && shows 'main gets the same$' && shows '^  moved ' || shown_lines
}

# 256 MiB, and the threads: a second copy would be 512.
shares_big_data() {
  runs node "$BIG" && shows '^\[#*\] 100 %' && shows '^main sees what they wrote' || { shown_lines; return 1; }
  [ "$(grep -oE 'grown by [0-9]+' "$shown" | grep -oE '[0-9]+')" -lt 460 ] || shown_lines
}

# A broker of our own, on a port that is free.
twin_bridges() {
  local port broker status=1
  port=$(node -e 'require("net").createServer().listen(0, function () { console.log(this.address().port); this.close(); })')
  mosquitto -p "$port" >/dev/null 2>&1 &
  broker=$!
  node "$TWIN" --port 0 --mqtt "mqtt://127.0.0.1:$port" >"$log" 2>&1 &
  server=$!
  within 10 says 'mqtt online true' &&
    mosquitto_pub -p "$port" -t twin/report/f1 -r -m '{"device":"f1","kind":"fan","room":"attic"}' &&
    mosquitto_pub -p "$port" -t twin/report/t1 -r -m '{"device":"t1","kind":"thermometer","room":"attic","value":31}' &&
    within 10 says 'attic f1 on true' &&
    [ "$(mosquitto_sub -p "$port" -t twin/on/f1 -C 1 -W 10)" = true ] &&
    mosquitto_pub -p "$port" -t twin/limit -r -m 35 && within 10 says 'attic f1 on false' && ends_in_order && status=0
  [ "$status" -eq 0 ] || cat "$log"
  kill "$broker" && wait "$broker" 2>/dev/null
  return "$status"
}

# One that is kept: a later one has what an earlier one had.
start_twin() {
  node "$TWIN" --port 0 --directory "$kept/twin" >"$log" 2>&1 &
  server=$!
  within 10 grep -q '^devices report to' "$log"
}

twin_address() { echo "UDP:127.0.0.1:$(grep -oE 'port [0-9]+' "$log" | head -n 1 | cut -d ' ' -f 2)"; }
says() { grep -qxF "$1" "$log"; }

# A device: it reports once, and what it is told meanwhile is shown.
device() { echo "$1" | timeout 20 socat -t "$2" - "$(twin_address)"; }

twin_switches() {
  start_twin || return 1
  device '{"device":"f1","kind":"fan","room":"kitchen"}' 10 >"$shown" &
  local fan=$!
  within 10 says 'kitchen f1 fan' && device '{"device":"t1","kind":"thermometer","room":"kitchen","value":26.5}' 0 &&
    within 10 says 'kitchen t1 value 26.5' && within 10 shows '^\{"device":"f1","on":true\}$' || { cat "$log"; shown_lines; }
  local status=$?
  kill "$fan" 2>/dev/null
  return "$status"
}

twin_is_kept() {
  kill -9 "$server" || return 1
  wait "$server" 2>/dev/null
  start_twin && within 10 says 'kitchen t1 value 26.5' && within 10 says 'kitchen f1 on true' && ends_in_order || { cat "$log"; return 1; }
}

twin_serves_page() {
  node "$TWIN" --port 0 --web 0 >"$log" 2>&1 &
  server=$!
  within 10 grep -q '^live page at' "$log" || return 1
  local page
  page=$(grep -oE 'http://[^ ]+' "$log")
  curl -fsS "$page" | grep -q '<title>Digital twin' && curl -fsS "${page}store-client.js" | grep -q connectStore && ends_in_order
}

twin_shows_table() {
  script -qec "exec node $TWIN --port 0 --directory $kept/twin" /dev/null </dev/null >"$shown" 2>&1 &
  server=$!
  within 10 shows 'kitchen  t1      thermometer  26.5'
  local status=$?
  kill -TERM "$server"
  wait "$server" 2>/dev/null
  server=
  [ "$status" -eq 0 ] || shown_lines
}

shows_logs() {
  node "$VIEWER" 0 >"$log" 2>&1 &
  server=$!
  within 10 grep -q 'waits for logs' "$log" || return 1
  local line='{"level":30,"time":0,"tonic":"01.Door","sparkle":"ttsc__knock","msg":"who is there"}'
  echo "$line" | socat -t 2 - "TCP:127.0.0.1:$(grep -oE 'port [0-9]+' "$log" | head -n 1 | cut -d ' ' -f 2)" &&
    within 10 grep -q '01.Door.*who is there' "$log" && ends_in_order
}

redis_keeps() {
  start "$REDIS" --port 0 &&
    [ "$(printf 'SET key "a value"\nGET key\n' | redis-cli -p "$(port)" | tail -n 1)" = 'a value' ] && ends_in_order
}

dns_answers() {
  start "$DNS" --port 0 --zone examples/dns/example.zone && within 10 grep -q udp "$log" && local way || return 1
  for way in +notcp +tcp; do
    [ "$(dig @127.0.0.1 -p "$(port)" "$way" +short mail.example.org)" = 192.0.2.25 ] || return 1
  done
  ends_in_order
}

collects_metrics() {
  echo '{ "mostNames": 2 }' >"$kept/metrics.json"
  start "$METRICS" --port 0 --config "$kept/metrics.json" && within 10 grep -q udp "$log" &&
    printf 'a:2|c\nb:1|g\nc:1|c' | socat -t 0 - "UDP:127.0.0.1:$(port)" && within 10 tells_figures && ends_in_order
}

tells_figures() { [ "$(echo figures | socat -t 5 - "TCP:127.0.0.1:$(port)")" = $'a c 2\nb g 1\nrefused 1\nend' ]; }

fetch() { curl -sS --max-time 10 "$@"; }

says_hello() {
  start "$HELLO" --port 0 "$@" && local at="http://127.0.0.1:$(port)" &&
    [ "$(fetch "$at/" "$at/")" = hellohello ] &&
    [ "$(fetch "$at/json?name=you")" = '{"hello":"you"}' ] &&
    [ "$(fetch "$at/stream" | tail -n 1)" = 'line 1000' ] &&
    [ "$(fetch -o /dev/null -w '%{http_code}' "$at/nowhere")" = 404 ] && ends_in_order
}

says_hello_at_path() {
  : >"$log"
  node "$HELLO" --unix "$kept/hello" >"$log" 2>&1 &
  server=$!
  within 10 test -S "$kept/hello" && [ "$(fetch --unix-socket "$kept/hello" http://here/)" = hello ] && ends_in_order
}

says_hello_over_tls() {
  [ -e "$kept/server.pem" ] || make_certificates || return 1
  start "$HELLO" --port 0 --cert "$kept/server.pem" --key "$kept/server.key" &&
    [ "$(fetch --cacert "$kept/server.pem" "https://localhost:$(port)/")" = hello ] && ends_in_order
}

takes_webhooks() {
  local hook='{"event":"push"}' signature
  signature=$(printf %s "$hook" | openssl dgst -sha256 -hmac secret | sed 's/.* //')
  WEBHOOK_SECRET=secret start "$HOOKS" --port 0 &&
    [ "$(sends_hook "sha256=$signature" "$hook")" = 202 ] && [ "$(sends_hook "sha256=$signature" '{"event":"pull"}')" = 401 ] &&
    [ "$(sends_hook '' "$hook")" = 401 ] && within 10 grep -qF 'has worked on {"event":"push"}' "$log" &&
    ! grep -qF '"pull"' "$log" && ends_in_order || { cat "$log"; return 1; }
}

delivers_webhooks() {
  local at="$kept/balancer" balancer done=1
  WEBHOOK_SECRET=secret start "$HOOKS" --port 0 || { cat "$log"; return 1; }
  node -e "$BUSY_BALANCER" "$(port)" >"$at" &
  balancer=$!
  within 10 test -s "$at" && WEBHOOK_SECRET=secret runs node "$HOOK_SENDER" "http://127.0.0.1:$(cat "$at")/hooks" '{"event":"open"}' &&
    shows 'was answered 202, try 2' && within 10 grep -qF 'has worked on {"event":"open"}' "$log" &&
    [ "$(grep -cF 'has worked on' "$log")" = 1 ] && done=0
  kill "$balancer"
  ends_in_order && [ "$done" = 0 ] || { cat "$log"; shown_lines; }
}

sends_hook() { fetch -o /dev/null -w '%{http_code}' -H "X-Signature: $1" -d "$2" "http://127.0.0.1:$(port)/hooks"; }

brings_messages() {
  start "$BROKER" --port 0 &&
    mosquitto_pub -p "$(port)" -t rooms/hall -m 21 -q 1 -r &&
    [ "$(mosquitto_sub -p "$(port)" -t 'rooms/+' -q 1 -C 1 -W 10)" = 21 ] && ends_in_order
}

brings_messages_to_known() {
  [ -e "$kept/server.pem" ] || make_certificates || return 1
  local own=(--cert "$kept/client.pem" --key "$kept/client.key") to=(-h localhost --cafile "$kept/server.pem" -t hall)
  start "$BROKER" --port 0 --cert "$kept/server.pem" --key "$kept/server.key" --ca "$kept/client.pem" &&
    mosquitto_pub -p "$(port)" "${to[@]}" "${own[@]}" -m 22 -q 1 -r &&
    [ "$(mosquitto_sub -p "$(port)" "${to[@]}" "${own[@]}" -C 1 -W 10)" = 22 ] &&
    ! mosquitto_pub -p "$(port)" "${to[@]}" -m 23 -q 1 2>/dev/null && ends_in_order
}

hands_on() {
  local at=127.0.0.1 backend status=1
  printf '{ "proxy": { "backends": { "hosts": ["%s:1"] } } }' "$at" >"$kept/proxy.json"
  start "$SERVER" --host "$at" --port 0 --log json || return 1
  backend=$server
  local behind
  behind=$(port)
  start "$PROXY" --port 0 --config "$kept/proxy.json" &&
    [ "$( (echo hello; sleep 0.3) | socat -t 2 - "TCP:$at:$(port)" 2>/dev/null)" = '' ] &&
    printf '{ "proxy": { "backends": { "hosts": ["%s:%s"] } } }' "$at" "$behind" >"$kept/proxy.json" && kill -HUP "$server" &&
    within 10 grep -q "backends: $at:$behind" "$log" &&
    [ "$( (echo hello; sleep 0.3) | socat -t 2 - "TCP:$at:$(port)")" = hello ] && ends_in_order && status=0
  kill "$backend" && wait "$backend"
  return "$status"
}

send_mail() { swaks --server "localhost:$(port)" --from ann@example.org --to bob@example.org --helo here "$@" >"$shown" 2>&1; }

takes_mail() {
  start "$SINK" --port 0 && send_mail --body 'how are you' && within 10 grep -q '^how are you' "$log" &&
    grep -qxF -- '--- from <ann@example.org> to <bob@example.org>' "$log" && ends_in_order || shown_lines
}

takes_mail_over_tls() {
  [ -e "$kept/server.pem" ] || make_certificates || return 1
  start "$SINK" --port 0 --cert "$kept/server.pem" --key "$kept/server.key" && send_mail --tls &&
    within 10 grep -q 'bob@example.org> under TLS$' "$log" && ends_in_order || shown_lines
}

chats() {
  start "$CHAT" --port 0 || return 1
  (echo ann; sleep 3; echo /quit) | timeout 10 socat -t 5 - "TCP:127.0.0.1:$(port)" >"$shown" &
  local ann=$!
  within 10 shows 'you are in lobby' && (echo bob; echo 'good morning'; sleep 0.5) | socat -t 2 - "TCP:127.0.0.1:$(port)" >/dev/null &&
    within 10 shows '^bob: good morning$' && wait "$ann" && ends_in_order || shown_lines
}

serves_chat_page() {
  start "$CHAT" --port 0 --web 0 && within 10 grep -q 'the page of the chat' "$log" || return 1
  local page
  page=$(grep 'the page of the chat' "$log" | grep -oE '"port":[0-9]+' | cut -d : -f 2)
  fetch "http://127.0.0.1:$page/" | grep -q '<title>Chat</title>' && ends_in_order
}

polls() {
  start "$DEVICE" --port 0 || return 1
  node "$POLLER" --port "$(port)" --seconds 0.2 >"$shown" 2>&1 &
  local poller=$! status=0
  within 10 shows '^18 °C$' || status=1
  kill "$poller" && wait "$poller"
  [ "$status" -eq 0 ] && ends_in_order || shown_lines
}

brings_files() {
  mkdir -p "$kept/files" && echo 'a file' >"$kept/files/there" && echo 'a new one' >"$kept/new" &&
    start "$TFTP" --port 0 --folder "$kept/files" &&
    tftp -m octet 127.0.0.1 "$(port)" -c get there "$kept/got" && [ "$(cat "$kept/got")" = 'a file' ] &&
    tftp -m octet 127.0.0.1 "$(port)" -c put "$kept/new" new && [ "$(cat "$kept/files/new")" = 'a new one' ] && ends_in_order
}

switches_heater() {
  start "$DEVICE" --port 0 && mbpoll -m tcp -p "$(port)" -t 0 -r 1 127.0.0.1 1 >/dev/null &&
    mbpoll -m tcp -p "$(port)" -t 0 -r 1 -1 127.0.0.1 >"$shown" && shows '^\[1\]:[[:space:]]+1$' && ends_in_order || shown_lines
}

# Runs a program to its end; it must end well.
runs() {
  timeout 20 "$@" >"$shown" 2>&1 && return
  echo "  exit code $?: $*"
  return 1
}

shows() { grep -qE "$1" "$shown"; }
shows_no() { ! grep -qF "$1" "$shown"; }

# What a program has shown, for whoever looks for why a check failed.
shown_lines() {
  tr '\r' '\n' <"$shown" | tail -n 10 | sed 's/^/    shown: /'
  return 1
}

main
