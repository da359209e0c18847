/** CLOCK_MONOTONIC in whole microseconds, as systemd wants it (sd_notify(3)): no clock of ours has its zero. */
export function monotonicMicroseconds(): string {
  // eslint-disable-next-line no-restricted-properties -- it goes to systemd, and nothing here goes by it
  return String(process.hrtime.bigint() / 1_000n);
}
