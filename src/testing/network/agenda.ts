import type { Clock, ClockTimer } from '../../core/time/clock.js';

/** Times that differ by less are one instant: sums of fractions of a ms are not exact. */
const INSTANT = 1e-6;

/** A thing that happens in the network at a time. */
export interface Appointment {
  readonly at: number;
  readonly happen: () => void;
  readonly turn: number;
  slot: number;
}

/**
 * What is going to happen in the network: a heap by time, and of two at the same instant the one that was set first is first. One timer of
 * the clock serves all; where nothing is going to happen there is none.
 */
export class Agenda {
  readonly #clock: Clock;
  readonly #heap: Appointment[] = [];
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

  /** Has a thing happen at a time; one that has passed is now, after what is set for now already. */
  at(time: number, happen: () => void): Appointment {
    const appointment = { at: Math.max(time, this.now), happen, turn: this.#turns++, slot: this.#heap.length };
    this.#heap.push(appointment);
    this.#up(appointment);
    if (!this.#happening) this.#arm();
    return appointment;
  }

  after(ms: number, happen: () => void): Appointment {
    return this.at(this.now + ms, happen);
  }

  cancel(appointment: Appointment | undefined): undefined {
    if (appointment === undefined || appointment.slot < 0) return undefined;
    this.#remove(appointment);
    if (!this.#happening) this.#arm();
    return undefined;
  }

  /** All that is due now happens, and what it brings for the same instant with it. */
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
    // Whoever waits for the network holds the process; the network itself does not.
    if (at < Infinity) this.#timer = this.#clock.setTimer(this.#due, at - this.now, false);
  }

  #remove(appointment: Appointment): void {
    const { slot } = appointment;
    appointment.slot = -1;
    const last = this.#heap.pop()!;
    if (last === appointment) return;
    this.#place(last, slot);
    this.#up(last);
    this.#down(last);
  }

  #up(appointment: Appointment): void {
    for (let { slot } = appointment; slot > 0; slot = appointment.slot) {
      const parent = this.#heap[(slot - 1) >> 1]!;
      if (!isBefore(appointment, parent)) return;
      this.#place(parent, slot);
      this.#place(appointment, (slot - 1) >> 1);
    }
  }

  #down(appointment: Appointment): void {
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

  #place(appointment: Appointment, slot: number): void {
    this.#heap[slot] = appointment;
    appointment.slot = slot;
  }
}

function isBefore(one: Appointment, other: Appointment): boolean {
  return one.at < other.at || (one.at === other.at && one.turn < other.turn);
}
