/** When a calendar timer fires. Instants are whole ms since 1970-01-01 UTC. */
export interface Rule {
  /** The zone whose clocks it goes by. */
  readonly timeZone: string;
  /** The first time after an instant. */
  after(instant: number): number;
  /** The last time at or before an instant. */
  upTo(instant: number): number;
  /** How many times there are after `from`, up to and with `to`. */
  count(from: number, to: number): number;
}
