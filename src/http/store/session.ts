import { type TaskTonicError, fail, toError } from '../../core/errors.js';
import type { Task } from '../../core/features/task.js';
import type { TokenBucket } from '../../core/time/token-bucket.js';
import { PatternTrie } from '../../collections/pattern-trie.js';
import { isName, segmentsOf } from '../../store/paths.js';
import type { PageMessage, WireBatch, WirePair } from '../../store-client/messages.js';
import { fromWire } from '../../store-client/values.js';
import { BAD_TEXT, POLICY, TRY_LATER } from '../websocket/close-codes.js';
import { covers } from './covers.js';
import type { StoreFeed } from './feed.js';
import type { StoreConnectionSettings, StoreRights } from './options.js';
import { NotJson, noMessage, pageMessage } from './page-message.js';
import type { FollowingPage } from './page.js';
import { SharedText } from './shared-text.js';
import type { View } from './view.js';

/** The connection to the page, as a session sees it. */
export interface Peer {
  /** @returns whether there is room for more. If not, `drained()` follows. */
  send(text: SharedText): boolean;
  close(code: number, reason: string, why: Error): void;
  /** Runs a task in a later turn, between two batches. */
  later(task: Task): void;
}

/** The cost of sending all values again, in messages of the rate limit. */
const PRICE_OF_ALL = 10;
const LIMITS = { pathLength: 1_024, depth: 64 } as const;

/** One page: the paths that it follows, the messages that it got, and the values that it sets. */
export class Session implements FollowingPage {
  readonly peer: Peer;
  readonly #feed: StoreFeed;
  readonly #settings: StoreConnectionSettings;
  readonly #rights: StoreRights;
  readonly #read: readonly (readonly string[])[];
  readonly #write = new PatternTrie<true>();
  readonly #bucket: TokenBucket;
  #view: View | undefined;
  /** The number of its present subscription. */
  #id = 0;
  /** What it has missed while it was too slow: paths, or everything. */
  #missed: Set<string> | 'all' | undefined;
  #hasRoom = true;
  #isOver = false;
  /** The numbers of its last batch, and of the last one that was acknowledged. */
  #done = -1;
  #told = -1;

  constructor(
    peer: Peer,
    feed: StoreFeed,
    settings: StoreConnectionSettings,
    rights: StoreRights,
    bucket: TokenBucket,
  ) {
    this.peer = peer;
    this.#feed = feed;
    this.#settings = settings;
    this.#rights = rights;
    this.#bucket = bucket;
    this.#read = rights.read.map((pattern) => segmentsOf(pattern, LIMITS));
    for (const pattern of rights.write) this.#write.add(segmentsOf(pattern, LIMITS), false, true);
    feed.enter(this, rights.read);
  }

  /** The page is gone. */
  end(): void {
    this.#isOver = true;
    this.#view?.leave(this);
    this.#view = undefined;
    this.#missed = undefined;
    this.#feed.leave(this, this.#rights.read);
  }

  later(task: Task): void {
    this.peer.later(task);
  }

  // ---- Messages of the page ----

  heard(message: string | Uint8Array): void {
    if (this.#isOver) return;
    try {
      if (typeof message !== 'string') throw noMessage('it is bytes');
      if (!this.#bucket.takeOne()) throw noMessage('too many messages come');
      this.#take(pageMessage(message));
    } catch (thrown) {
      if (thrown instanceof NotJson) this.#close(BAD_TEXT, 'no JSON', noMessage('it is not JSON'));
      else if (isFailure(thrown, 'TT_STORE_MESSAGE')) this.#close(POLICY, String(thrown.details['problem']), thrown);
      else throw thrown;
    }
  }

  #take(message: PageMessage): void {
    if ('follow' in message) this.#follow(message.follow, message.id);
    else if ('set' in message) for (const batch of message.set) this.#set(batch);
    else this.#say(`{"pong":${message.ping}}`);
  }

  #close(code: number, reason: string, why: Error): void {
    if (this.#isOver) return;
    this.end();
    this.peer.close(code, reason, why);
  }

  // ---- What it follows ----

  #follow(paths: readonly string[], id: number): void {
    if (this.#bucket.take(PRICE_OF_ALL - 1) > 0) throw noMessage('it follows others too often');
    try {
      const patterns = this.#checked(paths);
      const view = this.#feed.view(patterns);
      if (view !== this.#view) {
        view.enter(this);
        this.#view?.leave(this);
        this.#view = view;
      }
      this.#id = id;
      this.#missed = 'all';
      this.#catchUp();
    } catch (thrown) {
      this.#refuse('refusedFollow', id, toError(thrown));
    }
  }

  #checked(paths: readonly string[]): readonly (readonly string[])[] {
    const { maxPaths } = this.#settings;
    if (paths.length > maxPaths)
      throw fail('TT_STORE_FULL', { what: 'what a page follows', most: `${maxPaths} paths`, remedy: 'follow fewer' });
    const patterns = [...new Set(paths)].map((path) => segmentsOf(path, LIMITS));
    patterns.forEach((pattern, at) => {
      if (!this.#read.some((read) => covers(read, pattern))) throw forbidden('read', paths[at]!);
    });
    return patterns;
  }

  /** Paths that it follows have changed. `text` makes the message, which is shared. */
  changed(paths: readonly string[], text: () => SharedText): void {
    if (this.#isOver || this.#missed === 'all') return;
    if (!this.isBehind) this.#send(text());
    else this.#miss(paths);
  }

  /** Whether it receives too slowly. */
  get isBehind(): boolean {
    return this.#missed !== undefined || !this.#hasRoom;
  }

  /** It must get all values again. */
  anew(): void {
    if (this.#isOver) return;
    this.#missed = 'all';
    this.#catchUp();
  }

  #miss(paths: readonly string[]): void {
    const missed = (this.#missed ??= new Set()) as Set<string>;
    for (const path of paths) missed.add(path);
    if (missed.size > this.#settings.behindPaths) this.#missed = 'all';
  }

  /** There is room for more messages again. */
  drained(): void {
    if (this.#isOver) return;
    this.#hasRoom = true;
    try {
      this.#catchUp();
    } catch (thrown) {
      this.lost(toError(thrown));
    }
  }

  #catchUp(): void {
    const missed = this.#missed;
    if (!this.#hasRoom) return;
    this.#missed = undefined;
    if (missed === 'all') this.#sendAll();
    else if (missed !== undefined) this.#send(new SharedText(this.#feed.changesNow(missed)));
    this.sayDone();
  }

  #sendAll(): void {
    const { allBytes } = this.#settings;
    const all = this.#view!.all(this.#id, allBytes);
    if (all !== undefined) return this.#send(all);
    const full = { what: 'what a page follows', most: `${allBytes} bytes`, remedy: 'follow less, or raise "allBytes"' };
    this.#view!.leave(this);
    this.#view = undefined;
    return this.#refuse('refusedFollow', this.#id, fail('TT_STORE_FULL', full));
  }

  // ---- What it sets ----

  #set([id, pairs]: WireBatch): void {
    if (this.#isOver) return;
    if (id <= this.#done) throw noMessage('the numbers of batches do not count up');
    this.#done = id;
    try {
      const values = this.#values(pairs);
      this.#feed.store.group(
        () => {
          for (const [path, value] of values) this.#feed.store.set(path, value);
        },
        { source: this.#settings.source },
      );
    } catch (thrown) {
      this.#refuse('refused', id, toError(thrown));
    }
    this.#feed.wrote(this);
  }

  #values(pairs: readonly WirePair[]): readonly (readonly [path: string, value: unknown])[] {
    const { maxPairs, valueBytes, creates } = this.#settings;
    if (pairs.length > maxPairs)
      throw fail('TT_STORE_FULL', {
        what: 'a batch of a page',
        most: `${maxPairs} paths`,
        remedy: 'set fewer at once',
      });
    return pairs.map(([given, wire]) => {
      const segments = segmentsOf(given, LIMITS);
      if (!segments.every(isName) || !this.#write.fits(segments)) throw forbidden('set', given);
      const path = segments.join('/');
      if (!creates && !this.#feed.store.has(path)) throw forbidden('make', given);
      if (wire === undefined) return [path, undefined];
      const size = Buffer.byteLength(JSON.stringify(wire));
      if (size > valueBytes) throw badValue(path, `it has more than ${valueBytes} bytes ("valueBytes")`);
      try {
        return [path, fromWire(wire)];
      } catch (thrown) {
        throw badValue(path, (thrown as Error).message);
      }
    });
  }

  /** Acknowledges its batches, after the changes that they made. */
  sayDone(): void {
    if (this.#isOver || this.#told === this.#done || this.#missed !== undefined || !this.#hasRoom) return;
    this.#told = this.#done;
    this.#say(`{"done":${this.#done}}`);
  }

  // ---- Messages to the page ----

  #refuse(word: 'refused' | 'refusedFollow', id: number, error: Error): void {
    const { code = 'ERROR', message } = error as Partial<TaskTonicError> & Error;
    this.#say(`{"${word}":${id},"code":${JSON.stringify(code)},"message":${JSON.stringify(message)}}`);
  }

  #say(text: string): void {
    this.#send(new SharedText(text));
  }

  #send(text: SharedText): void {
    if (!this.#isOver && !this.peer.send(text)) this.#hasRoom = false;
  }

  /** The Store cannot be read any more. */
  lost(why: Error): void {
    this.#close(TRY_LATER, 'the Store is not there', why);
  }
}

function isFailure(thrown: unknown, code: string): thrown is TaskTonicError {
  return (thrown as Partial<TaskTonicError> | undefined)?.code === code;
}

function forbidden(what: 'read' | 'set' | 'make', path: string): Error {
  return fail('TT_STORE_FORBIDDEN', { what, path: JSON.stringify(path.slice(0, 80)) });
}

function badValue(path: string, problem: string): Error {
  return fail('TT_STORE_VALUE', { path: JSON.stringify(path.slice(0, 80)), problem });
}
