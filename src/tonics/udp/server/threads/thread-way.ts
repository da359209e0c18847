import type { Channel, ChannelKey } from '../../../../selector/channel.js';
import { Interest } from '../../../../selector/interest.js';
import type { Address } from '../../../../selector/network.js';
import type { SelectionKey } from '../../../../selector/selection-key.js';
import type { SelectorCatalyst } from '../../../../selector/selector-catalyst.js';
import type { ServerSpread } from '../../../tcp/server/server-spread.js';
import { ENDS, Kind, Parcel } from './parcel.js';
import type { LostWord } from './part-of-sessions.js';
import type { SpreadTally } from './spread-tally.js';

/** So many datagrams may be on their way to a thread that has not looked at them, and so many bytes: what a socket may have waiting, too. */
const MOST = 4_096;
const MOST_BYTES = 8_388_608;

/** Somebody whose session is in the thread. */
interface OnTheWay {
  /** What both threads call it. */
  readonly number: number;
  /** Datagrams that were given to its thread. */
  given: number;
}

/** The way of datagrams from the thread with the sockets to one that has sessions. What is given in a turn leaves at its end. */
export class ThreadWay implements Channel {
  /** Whether some of its sessions wait until nothing waits to leave. */
  owesSettled = false;
  /** Whether a thread has ever been ready to take what is given. */
  isOpen = false;
  readonly index: number;
  readonly #spread: ServerSpread<SpreadTally>;
  readonly #parcel = new Parcel();
  readonly #key: SelectionKey;
  #channelKey: ChannelKey | undefined;

  constructor(index: number, spread: ServerSpread<SpreadTally>, { selector }: SelectorCatalyst<string>) {
    this.index = index;
    this.#spread = spread;
    this.#key = selector.register(this, Interest.NONE, { onReady: () => {} });
  }

  /** Whether one more datagram may be on its way. */
  hasRoom(bytes: number): boolean {
    const { tally } = this.#spread;
    const messages = tally.nowIn(this.index, 'given');
    return messages === 0 || (messages < MOST && tally.nowIn(this.index, 'givenBytes') + bytes <= MOST_BYTES);
  }

  /** Somebody new, who talks to a socket: the one at that place among those of the server. */
  meets({ number }: OnTheWay, remote: Address, place: number, local: Address): void {
    const text = `${place} ${local.address} ${local.port} ${remote.address} ${remote.port}`;
    this.#parcel.putText(Kind.peer, number, text);
  }

  /** @returns whether there was room for it. */
  give(peer: OnTheWay, bytes: Buffer): boolean {
    if (!this.hasRoom(bytes.length)) return false;
    const { tally } = this.#spread;
    tally.change('given', 1, this.index);
    tally.change('givenBytes', bytes.length, this.index);
    peer.given++;
    this.#parcel.put(Kind.data, peer.number, bytes, bytes.length);
    this.#says();
    return true;
  }

  ends({ number }: OnTheWay, reason: (typeof ENDS)[number]): void {
    this.#parcel.put(Kind.ends, number, Buffer.of(ENDS.indexOf(reason)), 1);
    this.#says();
  }

  settled(): void {
    this.owesSettled = false;
    this.#parcel.put(Kind.settled, 0);
    this.#says();
  }

  lost(word: LostWord): void {
    this.flush();
    this.#give(word);
  }

  /** The thread has gone. */
  drop(): void {
    this.owesSettled = false;
    this.#parcel.drop();
  }

  close(): void {
    this.#key.cancel();
  }

  #says(): void {
    if (this.#parcel.isFull) this.flush();
    else this.#channelKey?.flushAfterTurn();
  }

  #give(what: unknown): void {
    this.#spread.give(this.index, what);
  }

  // ---- As a channel ----

  attach(key: ChannelKey): void {
    this.#channelKey = key;
  }

  flush(): void {
    if (!this.#parcel.isEmpty) this.#give(this.#parcel.take());
  }

  detach(): void {
    this.drop();
  }
}
