import type { AnyTonic } from '../any-tonic.js';
import { countedNames } from '../guests/counted-names.js';
import { fail } from '../errors.js';
import { type OwedAnswers, extrasOf } from '../guests/extras.js';
import type { Task } from '../guests/task.js';

/**
 * What a Tonic owes: the answers to its questions and the results of the promises it was given, unless they said `hold: false`, and its open
 * replies. They hold its end until each has come and its sparkle has run.
 *
 * ```text
 *   ask(), pipe()      the answer's sparkle has run       nothing is left
 *   -------------> owed ---------------------------> ... ----------------> whoever waits is told
 *                   | the Tonic fails or is aborted; its time is up          behind what that sparkle led to
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
    // It ends, and has got on with it.
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

  /** As an order: before it run the transitions of the sparkle that settled the last one, and all that this led to by then. */
  #tellIfNone(): void {
    if (!this.owes && this.#waiting.length > 0) this.#tonic._ttss__run(this);
  }

  get owes(): boolean {
    return this.count > 0 && !this.forgiven;
  }

  run(): void {
    // Since then it may have asked again.
    if (this.owes) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const once of waiting) once();
  }
}

/** One more answer is owed; each is settled once, by {@link settleOwed}. */
export function incurOwed(tonic: AnyTonic): void {
  (extrasOf(tonic).owed ??= new Owed(tonic)).count++;
}

/** One of them is owed no more: its sparkle has run, or nobody waits for it. */
export function settleOwed(tonic: AnyTonic): void {
  tonic._ttExtras?.owed?.settled();
}

/** Whether a Tonic owes an answer, so that it must not end yet. */
export function owes(tonic: AnyTonic): boolean {
  return tonic._ttExtras?.owed?.owes === true;
}

/**
 * Calls `once` when a Tonic owes nothing: in an order of its own, soon where that is so already. By then what the last answer's sparkle
 * has led to (transitions, orders that it queued) has run, and nothing new is owed. It is not called where the Tonic has ended before.
 */
export function whenSettled(tonic: AnyTonic, once: () => void): void {
  ((extrasOf(tonic).owed ??= new Owed(tonic)) as Owed).whenNone(once);
}

/** It owes nothing any more: it has failed, or no answer could reach anybody. What comes is heard all the same, until it has ended. */
export function forgiveOwed(tonic: AnyTonic): void {
  tonic._ttExtras?.owed?.forgive();
}

/** Its time is up: what it owes is let go of, named and counted in the log. False where it owes nothing. */
export function letGoOfOwed(tonic: AnyTonic): boolean {
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
