import { fail } from '../../core/errors.js';
import type { Due } from '../../core/time/timer-queue.js';
import type { Address } from '../../selector/network.js';
import type { Sendable, SocketTonic } from '../socket-tonic.js';
import { graceFor } from './late-loop.js';
import { type ResendOptions, type ResendPace, USUAL_PACE, firstWait, nextWait, paceOf } from './resend-pace.js';

/** By what a datagram is known until it is answered: a number or a text that its answer repeats. */
export type ResendKey = string | number;

/** What `onUnanswered` is given: a datagram that was not answered, and is not sent any more. */
export interface UnansweredInfo {
  /** As `sendUntilAnswered()` was given it. */
  readonly key: ResendKey;
  /** How often it was sent. */
  readonly tries: number;
  /** Where to, as `sendUntilAnswered()` of a UdpSocket was given it. */
  readonly to: Address | undefined;
}

/** So many datagrams of one socket or session may wait for their answers, and so many bytes. */
const MOST = 256;
const MOST_BYTES = 1_048_576;

/** The socket that they are sent by. */
interface Resender extends SocketTonic<string> {
  /** Time is up for one of them; in a sparkle, so that an answer which is on the queue by now is heard before. @internal */
  _ttss__resend(one: Unanswered): void;
}

/** A datagram that waits for its answer, and is sent again when that takes too long. */
export class Unanswered implements Due {
  at = Infinity;
  slot = -1;
  tries = 1;
  #isGraceGiven = false;

  constructor(
    readonly owner: Resender,
    readonly pace: ResendPace,
    readonly key: ResendKey,
    readonly data: Sendable,
    readonly size: number,
    readonly to: Address | undefined,
    private wait: number,
  ) {
    this.#begin(wait);
  }

  /** It has been sent once more. */
  again(): void {
    this.tries++;
    this.wait = nextWait(this.pace, this.wait);
    this.#begin(this.wait);
  }

  stop(): void {
    this.owner._ttCatalyst.timers.remove(this);
  }

  fire(now: number): void {
    // What came while the loop was late may still lie in the kernel.
    const grace = this.#isGraceGiven ? 0 : graceFor(now - this.at);
    this.#isGraceGiven = grace > 0;
    if (grace > 0) this.#begin(grace);
    else this.owner._ttss__resend(this);
  }

  #begin(wait: number): void {
    const { clock, timers } = this.owner._ttCatalyst;
    this.at = clock.now() + wait;
    timers.add(this);
  }
}

/** The datagrams of one socket, or of one session, that wait for their answers. */
export class UnansweredSends {
  readonly #owner: Resender;
  readonly #waiting = new Map<ResendKey, Unanswered>();
  #pace = USUAL_PACE;
  #bytes = 0;

  constructor(owner: Resender) {
    this.#owner = owner;
  }

  /** @throws {TaskTonicError} `TT_BAD_OPTION` */
  setPace(options: ResendOptions): void {
    this.#pace = paceOf(options, this.#owner._ttPlan.className);
  }

  /** Why no more may wait with these; `undefined` where one may. One of the same key goes for it. */
  whyNot(key: ResendKey, size: number): string | undefined {
    const before = this.#waiting.get(key);
    const others = this.#waiting.size - (before === undefined ? 0 : 1);
    const bytes = this.#bytes - (before?.size ?? 0);
    if (others < MOST && bytes + size <= MOST_BYTES) return undefined;
    return `${others} datagrams (${bytes} bytes) wait for their answers, and ${MOST} (${MOST_BYTES} bytes) may`;
  }

  /** It has been sent for the first time. */
  begin(key: ResendKey, data: Sendable, size: number, to: Address | undefined): void {
    this.answered(key);
    const { random } = this.#owner._ttCatalyst.runtime;
    const wait = firstWait(this.#pace, random);
    this.#waiting.set(key, new Unanswered(this.#owner, this.#pace, key, data, size, to, wait));
    this.#bytes += size;
  }

  /** @returns whether its answer was waited for. */
  answered(key: ResendKey): boolean {
    const one = this.#waiting.get(key);
    if (one === undefined) return false;
    one.stop();
    this.#waiting.delete(key);
    this.#bytes -= one.size;
    return true;
  }

  /** Its time is up: it is to be sent once more, or that is told. @returns whether it is to be sent. */
  isDue(one: Unanswered): boolean {
    // Answered meanwhile, or another one has its key.
    if (this.#waiting.get(one.key) !== one) return false;
    if (one.tries < one.pace.tries) {
      one.again();
      return true;
    }
    this.answered(one.key);
    const { key, tries, to } = one;
    if (!this.#owner._ttEmit('ttse__onUnanswered', { key, tries, to } satisfies UnansweredInfo))
      this.#owner._ttReport(fail('TT_UNANSWERED', { key: String(key), tries }));
    return false;
  }

  /** Nothing is waited for any more. */
  stop(): void {
    for (const one of this.#waiting.values()) one.stop();
    this.#waiting.clear();
    this.#bytes = 0;
  }
}
