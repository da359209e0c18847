import type { Task } from '../../core/features/task.js';
import { parseOptions } from '../../core/options/option-schema.js';
import { ofFramework } from '../../core/plan/plan.js';
import { TokenBucket } from '../../core/time/token-bucket.js';
import type { Cursor } from '../../store/cursor.js';
import { Store } from '../../store/service/store.js';
import { StoreTree } from '../../store/store-tree.js';
import { rateOf } from '../../tonics/rate-option.js';
import { SUBPROTOCOL } from '../../store-client/messages.js';
import { TRY_LATER } from '../websocket/close-codes.js';
import { type Message, WebSocketConnection } from '../websocket/websocket-connection.js';
import { type WebSocketDisconnectInfo, lineOf } from '../websocket/websocket-line.js';
import type { WebSocketRequest } from '../websocket/websocket-request.js';
import { feedOf } from './feed.js';
import {
  type StoreConnectionOptions,
  type StoreConnectionSettings,
  type StoreRights,
  storeConnectionSchema,
} from './options.js';
import { type Peer, Session } from './session.js';
import type { SharedText } from './shared-text.js';

/** The most messages of a page that wait until the Store is ready. */
const MOST_EARLY = 100;

/**
 * A page that has a copy of a part of a Store: the server's side of `tasktonic/store/client`. A class says what may be read and set:
 *
 * ```ts
 * class Page extends StoreConnection {
 *   static override readonly serves = { read: ['rooms/**'], write: ['rooms/*\/lamp'] };
 * }
 * new HttpServer({ port: 8080, webSockets: { '/store': Page } });
 * ```
 */
export class StoreConnection<State extends string = never> extends WebSocketConnection<State> {
  /** The served paths, rights and bounds. Default: nothing. */
  static readonly serves: StoreConnectionOptions = { read: [] };
  /** What it speaks. */
  static readonly subprotocols: readonly string[] = [SUBPROTOCOL];

  readonly #settings: StoreConnectionSettings;
  #session: Session | undefined;
  /** Messages that arrived before the Store was ready. */
  #early: Message[] = [];

  /** @throws {TaskTonicError} `TT_BAD_OPTION` of what `serves` says; and as every WebSocketConnection. */
  constructor() {
    super();
    this.#settings = settingsOf(new.target);
  }

  /** What a page may read and set, by the request that it was opened with. Default: what `serves` says. */
  protected rightsOf(_request: WebSocketRequest): StoreRights {
    return this.#settings;
  }

  // ---- Open and closed ----

  ttse__onConnected(): void {
    const { store = Store } = this.#settings;
    if (store instanceof StoreTree) return this.#begin(store, store);
    const handle = this.use(store);
    if (handle.ready) this.#begin(handle, handle._ttPlace);
    return undefined;
  }

  ttse__onStoreReady(): void {
    const { store = Store } = this.#settings;
    if (this.#session !== undefined || store instanceof StoreTree) return;
    const handle = this.use(store);
    this.#begin(handle, handle._ttPlace);
  }

  #begin(store: Cursor, key: object): void {
    const { messageRate } = this.#settings;
    const bucket = new TokenBucket(rateOf(messageRate)!, this._ttScheduler.clock);
    const session = new Session(
      this.#asPeer(),
      feedOf(key, store),
      this.#settings,
      this.rightsOf(this.handshake),
      bucket,
    );
    this.#session = session;
    for (const message of this.#early.splice(0)) session.heard(message);
  }

  override ttse__onMessage(message: Message): void {
    if (this.#session !== undefined) this.#session.heard(message);
    else if (this.#early.push(message) > MOST_EARLY) this.ttsc__close(TRY_LATER, 'the Store is not there');
  }

  ttse__onDrain(): void {
    this.#session?.drained();
  }

  override ttse__onDisconnected(_info: WebSocketDisconnectInfo): void {
    this.#session?.end();
  }

  /** @internal */
  override _ttRelease(): void {
    this.#session?.end();
    super._ttRelease();
  }

  #asPeer(): Peer {
    return {
      send: (text) => this.#send(text),
      close: (code, reason, why) => {
        this.log.debug(why.message);
        this.ttsc__close(code, reason.slice(0, 100));
      },
      later: (task: Task) => this._ttss__run(task),
    };
  }

  #send(text: SharedText): boolean {
    const line = lineOf(this);
    if (line === undefined || !this._ttSends) return true;
    const result = line.takesFramed ? line.sendFramed(text.frame(line.opened.ws)) : line.send(text.text);
    return result !== 'waiting';
  }
}
ofFramework(StoreConnection);

const settings = new WeakMap<object, StoreConnectionSettings>();

/** The options that a class declares, checked once. */
function settingsOf(made: { readonly serves: StoreConnectionOptions; readonly name: string }): StoreConnectionSettings {
  let checked = settings.get(made);
  if (checked === undefined) {
    checked = parseOptions(storeConnectionSchema, made.serves, `"serves" of ${made.name}`);
    settings.set(made, checked);
  }
  return checked;
}
