import type { AnyTonic } from '../any-tonic.js';
import { countedNames } from '../features/counted-names.js';
import { fail } from '../errors.js';
import { type OwedAnswers, extrasOf } from '../features/extras.js';
import type { Task } from '../features/task.js';

/**
 * What a Tonic must still deliver or receive before it may end: the answers to its questions, the results of its
 * promises (unless they have `hold: false`), and its open replies.
 *
 * ```text
 *   ask(), pipe()      the answer's sparkle has run       nothing is left
 *   -------------> owed ---------------------------> ... ----------------> the waiting side is called,
 *                   | the Tonic fails or is aborted;                       after all effects of that sparkle
 *                   | its time is up
 *                   v
 *               owes nothing any more
 * ```
 */
class Owed implements OwedAnswers, Task {
  count = 0;
  forgiven = false;
  readonly #tonic: AnyTonic;
  #waiting: (() => void)[] = [];

  constructor(tonic: AnyTonic) {
    this.#tonic = tonic;
  }

  settled(): void {
    this.count--;
    // It is ending, and has made progress.
    this.#tonic._ttEnding?.progressed();
    this.#tellIfNone();
  }

  forgive(): void {
    this.forgiven = true;
    this.#tellIfNone();
  }

  whenNone(once: () => void): void {
    this.#waiting.push(once);
    this.#tellIfNone();
  }

  /** Runs as an order. By then the transitions of the last sparkle, and all orders that it queued before, have run. */
  #tellIfNone(): void {
    if (!this.owes && this.#waiting.length > 0) this.#tonic._ttss__run(this);
  }

  get owes(): boolean {
    return this.count > 0 && !this.forgiven;
  }

  run(): void {
    // It may have asked again since.
    if (this.owes) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const once of waiting) once();
  }
}

/** Counts one more owed answer; each is settled once, by {@link settleOwed}. */
export function addOwed(tonic: AnyTonic): void {
  (extrasOf(tonic).owed ??= new Owed(tonic)).count++;
}

/** Settles one owed answer: its sparkle has run, or nobody waits for it. */
export function settleOwed(tonic: AnyTonic): void {
  tonic._ttExtras?.owed?.settled();
}

/** Whether a Tonic owes something, so that it must not end yet. */
export function owes(tonic: AnyTonic): boolean {
  return tonic._ttExtras?.owed?.owes === true;
}

/**
 * Calls `once` when a Tonic owes nothing, in an order of its own, also if that is the case already. By then all effects
 * of the last answer's sparkle (transitions, queued orders) have run, and nothing new is owed. It is not called if the
 * Tonic has ended before.
 */
export function whenSettled(tonic: AnyTonic, once: () => void): void {
  ((extrasOf(tonic).owed ??= new Owed(tonic)) as Owed).whenNone(once);
}

/**
 * It owes nothing any more, because it has failed or its answers cannot be delivered. Results are still delivered until
 * it has ended.
 */
export function cancelOwed(tonic: AnyTonic): void {
  tonic._ttExtras?.owed?.forgive();
}

/** Its time limit has passed: everything that it owes is cancelled, and named in the log. False if it owes nothing. */
export function dropOwed(tonic: AnyTonic): boolean {
  if (!owes(tonic)) return false;
  const { questions, pipes, replies, owed } = tonic._ttExtras!;
  const names = [...(questions?.letGo() ?? []), ...(pipes?.letGo() ?? []), ...(replies?.letGo() ?? [])];
  tonic._ttScheduler.logs.warn(
    tonic,
    fail('TT_OWED_LET_GO', { tonic: tonic.name, count: names.length, owed: countedNames(names) }),
  );
  owed!.forgive();
  return true;
}
