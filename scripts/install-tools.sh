#!/usr/bin/env bash
# Installs the programs that tests talk to, where apt-get is there and one of them is missing.
set -euo pipefail

readonly COMMANDS=(socat ncat strace dig redis-cli redis-server haproxy curl ip mosquitto mosquitto_pub openssl wrk swaks mbpoll tftp)
readonly PACKAGES=(
  socat ncat strace dnsutils redis-tools redis-server haproxy curl iproute2 mosquitto mosquitto-clients openssl wrk swaks mbpoll
  tftp-hpa
)

missing() {
  local command
  for command in "${COMMANDS[@]}"; do
    command -v "$command" >/dev/null || echo "$command"
  done
}

# Names what is not there: tests that need it say so and skip.
report() { echo "not here: $(missing | tr '\n' ' ')"; }

has_browser() { command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null

[ -n "$(missing)" ] || ! has_browser || exit 0
report
command -v apt-get >/dev/null || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo -n); fi
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${PACKAGES[@]}"

# Of browsers one is enough; where there is no package of it, tests of pages skip.
has_browser ||
  "${as_root[@]}" apt-get install -y -qq --no-install-recommends chromium || echo 'not here: chromium'
