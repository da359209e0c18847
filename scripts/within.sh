# For the scripts that wait for what a program does.

# Asks every 50 ms whether a condition holds, for some seconds: within 10 test -s "$file".
within() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    if [ "$SECONDS" -ge "$end" ]; then return 1; fi
    sleep 0.05
  done
}
