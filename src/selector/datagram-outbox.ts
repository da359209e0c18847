import { isIP } from 'node:net';
import { type Address, type Bytes, DatagramLost } from './network.js';
import { SendFailures } from './send-failures.js';

/** If this many datagrams or bytes are gathered, they are sent before the turn has ended. */
const MOST_GATHERED = 1_024;
const MOST_BYTES = 256 * 1024;
/** Settled datagrams are removed from the list in groups of this size, while later ones still wait. */
const FORGET = 1_024;

/** What takes the datagrams of an outbox: the kernel, or a simulated one. */
export interface DatagramSink {
  /**
   * Takes a datagram. What became of it is told with {@link DatagramOutbox.left}, for each in the order of these calls, or within the call.
   * @param address numeric; `undefined` for the one peer.
   * @throws where it takes nothing: then no more is told of it.
   */
  transmit(bytes: Bytes, address: string | undefined, port: number): void;
  /** Looks a name up, as `Network.lookup` does: `done` is not called within the call; what is returned ends it. */
  lookup(name: string, done: (error: Error | undefined, addresses: readonly string[]) => void): () => void;
  /** Every datagram that was given has been sent or has failed. */
  onSettled(): void;
  /** A failure can be taken. */
  onFailure(): void;
}

interface Given {
  bytes: Bytes | readonly Bytes[] | undefined;
  readonly size: number;
  readonly to: Address | undefined;
  /** The numeric destination: `to.address`, or the result of the look-up. */
  address: string | undefined;
}

/** The datagrams that wait for one look-up. */
interface LookedUp {
  readonly waiting: Given[];
  cancel: (() => void) | undefined;
}

/**
 * Datagrams on their way out of a socket:
 *
 * ```text
 *  send() --- a name ---> looked up --+
 *    |                                v
 *    +------ an address ---------> gathered -- flush() --> handed over -- left() --> sent, or failed
 * ```
 *
 * Datagrams to addresses leave in the order given, and so do those to one name. A look-up serves all that come for its name while it
 * lasts, and nothing is kept of it afterwards. Bounds are the business of who sends: {@link messages} and {@link bytes} tell what waits.
 */
export class DatagramOutbox {
  readonly failures = new SendFailures();
  sentMessages = 0;
  sentBytes = 0;
  /** Datagrams that are gathered or looked up, and their bytes. */
  messages = 0;
  bytes = 0;
  readonly #sink: DatagramSink;
  /** The first `#known` of these have settled; those up to `#handed` were handed to the kernel. */
  readonly #given: Given[] = [];
  #known = 0;
  #handed = 0;
  #gatheredBytes = 0;
  readonly #names = new Map<string, LookedUp>();

  constructor(sink: DatagramSink) {
    this.#sink = sink;
  }

  /** The number of datagrams that were handed over and have not settled yet. */
  get handed(): number {
    return this.#handed - this.#known;
  }

  /** The number of datagrams that are gathered for the end of the turn. */
  get gathered(): number {
    return this.#given.length - this.#handed;
  }

  /** Whether it is time to flush before the turn has ended. */
  get isFull(): boolean {
    return this.gathered >= MOST_GATHERED || this.#gatheredBytes >= MOST_BYTES;
  }

  get settled(): boolean {
    return this.#given.length === 0 && this.#names.size === 0;
  }

  /**
   * @param size of all its bytes.
   * @returns false where its name is looked up first.
   */
  send(bytes: Bytes | readonly Bytes[], size: number, to: Address | undefined): boolean {
    const given = { bytes, size, to, address: to?.address };
    this.messages++;
    this.bytes += size;
    if (to !== undefined && isIP(to.address) === 0) {
      this.#lookUp(to.address, given);
      return false;
    }
    this.#gather(given);
    return true;
  }

  /** Hands over the gathered datagrams. One that cannot be handed over does not stop the others. */
  flush(): void {
    while (this.#handed < this.#given.length) {
      const given = this.#given[this.#handed++]!;
      this.messages--;
      this.bytes -= given.size;
      this.#gatheredBytes -= given.size;
      const bytes = whole(given.bytes!, given.size);
      given.bytes = undefined;
      try {
        if (bytes === undefined) throw new DatagramLost('its buffer was moved away, or changed, before it left');
        this.#sink.transmit(bytes, given.address, given.to?.port ?? 0);
      } catch (thrown) {
        this.#given.splice(--this.#handed, 1);
        this.#failed(thrown as Error, given);
        this.#forget();
      }
    }
  }

  /** Called with the result of the oldest datagram that was handed over. */
  left(error: Error | null): void {
    const given = this.#given[this.#known];
    if (given === undefined || this.#known === this.#handed) return;
    this.#known++;
    if (error === null) {
      this.sentMessages++;
      this.sentBytes += given.size;
    } else this.#failed(error, given);
    this.#forget();
  }

  /**
   * Nothing leaves any more: what waits is lost.
   * @param unsent how many of those that were handed over have not left.
   */
  discard(unsent: number, why: string): void {
    const lost = new DatagramLost(why);
    while (this.handed > unsent) this.left(null);
    for (const given of this.#given.slice(this.#known)) this.#failed(lost, given);
    for (const { waiting, cancel } of this.#names.values()) {
      cancel?.();
      for (const given of waiting) this.#failed(lost, given);
    }
    this.#names.clear();
    this.messages = this.bytes = this.#gatheredBytes = 0;
    this.#known = this.#handed = this.#given.length;
    this.#forget();
  }

  #gather(given: Given): void {
    this.#given.push(given);
    this.#gatheredBytes += given.size;
  }

  #lookUp(name: string, given: Given): void {
    const known = this.#names.get(name);
    if (known !== undefined) return void known.waiting.push(given);
    const lookedUp: LookedUp = { waiting: [given], cancel: undefined };
    this.#names.set(name, lookedUp);
    lookedUp.cancel = this.#sink.lookup(name, (error, [address]) => this.#found(name, lookedUp, error, address));
    return undefined;
  }

  #found(name: string, { waiting }: LookedUp, error: Error | undefined, address: string | undefined): void {
    this.#names.delete(name);
    for (const given of waiting) {
      given.address = address;
      if (address !== undefined) this.#gather(given);
      else {
        this.messages--;
        this.bytes -= given.size;
        this.#failed(error ?? new DatagramLost('the name has no address of the family of the socket'), given);
      }
    }
    this.flush();
    if (this.settled) this.#sink.onSettled();
  }

  #failed(error: Error, { to, size }: Given): void {
    this.failures.add(error, to, size);
    this.#sink.onFailure();
  }

  #forget(): void {
    if (this.#known === this.#given.length) {
      this.#given.length = this.#known = this.#handed = 0;
      if (this.settled) this.#sink.onSettled();
    } else if (this.#known >= FORGET) {
      this.#given.splice(0, this.#known);
      this.#handed -= this.#known;
      this.#known = 0;
    }
  }
}

/** A datagram in one piece, since the kernel takes 1,024 at most; `undefined` where its bytes are not those that were given. */
function whole(bytes: Bytes | readonly Bytes[], size: number): Bytes | undefined {
  if (typeof bytes === 'string') return bytes;
  if (bytes instanceof Uint8Array) return bytes.length === size ? bytes : undefined;
  const joined = Buffer.allocUnsafe(size);
  let at = 0;
  for (const part of bytes) {
    if (typeof part === 'string') at += joined.write(part, at);
    else if (part.length > size - at) return undefined;
    else if (part.length > 0) {
      joined.set(part, at);
      at += part.length;
    }
  }
  return at === size ? joined : undefined;
}
