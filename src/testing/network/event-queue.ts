import type { Clock, ClockTimer } from '../../core/time/clock.js';

/** Times that differ by less are the same instant, because sums of fractions of a ms are not exact. */
const INSTANT = 1e-6;

/** A planned event of the network. */
export interface PlannedEvent {
  readonly at: number;
  readonly happen: () => void;
  readonly turn: number;
  slot: number;
}

/**
 * The planned events of the network: a heap by time. Events of the same instant happen in the order in which they were
 * added. One timer of the clock is enough; without events there is none.
 */
export class EventQueue {
  readonly #clock: Clock;
  readonly #heap: PlannedEvent[] = [];
  #turns = 0;
  #timer: ClockTimer;
  #timerAt = Infinity;
  #happening = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get now(): number {
    return this.#clock.now();
  }

  get size(): number {
    return this.#heap.length;
  }

  /** Plans an event. A time in the past means now, after the events that are planned for now. */
  at(time: number, happen: () => void): PlannedEvent {
    const appointment = { at: Math.max(time, this.now), happen, turn: this.#turns++, slot: this.#heap.length };
    this.#heap.push(appointment);
    this.#up(appointment);
    if (!this.#happening) this.#arm();
    return appointment;
  }

  after(ms: number, happen: () => void): PlannedEvent {
    return this.at(this.now + ms, happen);
  }

  cancel(appointment: PlannedEvent | undefined): undefined {
    if (appointment === undefined || appointment.slot < 0) return undefined;
    this.#remove(appointment);
    if (!this.#happening) this.#arm();
    return undefined;
  }

  /** Runs all events that are due, including new ones for the same instant. */
  readonly #due = (): void => {
    this.#timerAt = Infinity;
    this.#happening = true;
    try {
      for (let next = this.#heap[0]; next !== undefined && next.at <= this.now + INSTANT; next = this.#heap[0]) {
        this.#remove(next);
        next.happen();
      }
    } finally {
      this.#happening = false;
      this.#arm();
    }
  };

  #arm(): void {
    const at = this.#heap[0]?.at ?? Infinity;
    if (at === this.#timerAt) return;
    if (this.#timerAt < Infinity) this.#clock.clearTimer(this.#timer);
    this.#timerAt = at;
    // The network itself does not keep the process alive; a waiting app does.
    if (at < Infinity) this.#timer = this.#clock.setTimer(this.#due, at - this.now, false);
  }

  #remove(appointment: PlannedEvent): void {
    const { slot } = appointment;
    appointment.slot = -1;
    const last = this.#heap.pop()!;
    if (last === appointment) return;
    this.#place(last, slot);
    this.#up(last);
    this.#down(last);
  }

  #up(appointment: PlannedEvent): void {
    for (let { slot } = appointment; slot > 0; slot = appointment.slot) {
      const parent = this.#heap[(slot - 1) >> 1]!;
      if (!isBefore(appointment, parent)) return;
      this.#place(parent, slot);
      this.#place(appointment, (slot - 1) >> 1);
    }
  }

  #down(appointment: PlannedEvent): void {
    for (;;) {
      const { slot } = appointment;
      const left = this.#heap[2 * slot + 1];
      const right = this.#heap[2 * slot + 2];
      const child = right !== undefined && isBefore(right, left!) ? right : left;
      if (child === undefined || !isBefore(child, appointment)) return;
      const to = child.slot;
      this.#place(child, slot);
      this.#place(appointment, to);
    }
  }

  #place(appointment: PlannedEvent, slot: number): void {
    this.#heap[slot] = appointment;
    appointment.slot = slot;
  }
}

function isBefore(one: PlannedEvent, other: PlannedEvent): boolean {
  return one.at < other.at || (one.at === other.at && one.turn < other.turn);
}
