/**
 * CLOCK_MONOTONIC in whole microseconds, as systemd requires it (sd_notify(3)): the other clocks here begin at another
 * time.
 */
export function monotonicMicroseconds(): string {
  // eslint-disable-next-line no-restricted-properties -- it goes to systemd, and nothing here goes by it
  return String(process.hrtime.bigint() / 1_000n);
}
