import type { StoreClientHost, SocketLike } from './host.js';
import { type PageMessage, type ServerMessage, SUBPROTOCOL } from './messages.js';

/** How a connection is: it is being made; all is here; it waits for the next try; it is over. */
export type StoreClientState = 'connecting' | 'ready' | 'waiting' | 'closed';

/** Whom a line tells what happens to it. */
export interface LineOwner {
  opened(): void;
  heard(message: ServerMessage): void;
  /** It is lost, and will be made again. */
  lost(code: number, reason: string): void;
  changed(state: StoreClientState): void;
}

export interface LineTimes {
  /** Before the first try after a loss, in ms; it doubles. */
  readonly minDelay: number;
  readonly maxDelay: number;
  /** After so many ms without a word of the server it is asked. */
  readonly aliveInterval: number;
}

/** The connection to a server: lost, it is made again, later each time. */
export class Line {
  state: StoreClientState = 'connecting';
  readonly #url: string;
  readonly #host: StoreClientHost;
  readonly #times: LineTimes;
  readonly #owner: LineOwner;
  #socket: SocketLike | undefined;
  #isOpen = false;
  #tries = 0;
  #hasHeard = false;
  #stopTimer: () => void = () => {};

  constructor(url: string, host: StoreClientHost, times: LineTimes, owner: LineOwner) {
    this.#url = url;
    this.#host = host;
    this.#times = times;
    this.#owner = owner;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** How much was sent that has not left. */
  get unsent(): number {
    return this.#socket?.bufferedAmount ?? 0;
  }

  connect(): void {
    const socket = this.#host.connect(this.#url, SUBPROTOCOL);
    this.#socket = socket;
    socket.onopen = () => {
      this.#isOpen = true;
      this.#watch();
      this.#owner.opened();
    };
    socket.onmessage = ({ data }) => this.#heard(String(data));
    socket.onclose = ({ code, reason }) => this.#lost(code, reason);
    // What it is about onclose tells.
    socket.onerror = () => {};
    // One that neither opens nor fails.
    this.#wait(this.#times.aliveInterval, () => this.#giveUp());
  }

  send(message: PageMessage): void {
    this.#socket!.send(JSON.stringify(message));
  }

  /** All is here: the next loss is the first one. */
  ready(): void {
    this.#tries = 0;
    this.#become('ready');
  }

  close(): void {
    this.#stopTimer();
    const socket = this.#letGo();
    this.#become('closed');
    socket?.close(1000);
  }

  #heard(text: string): void {
    this.#hasHeard = true;
    let message: ServerMessage;
    try {
      message = JSON.parse(text) as ServerMessage;
      this.#owner.heard(message);
    } catch {
      // It does not speak as this one does: that may be another after a while.
      this.#giveUp();
    }
  }

  /** Looks now and then whether the server has said anything. */
  #watch(): void {
    const { aliveInterval } = this.#times;
    this.#hasHeard = false;
    this.#wait(aliveInterval, () => {
      if (this.#hasHeard) return this.#watch();
      this.send({ ping: 1 });
      return this.#wait(aliveInterval / 2, () => (this.#hasHeard ? this.#watch() : this.#giveUp()));
    });
  }

  #giveUp(): void {
    const socket = this.#socket;
    this.#lost(1006, '');
    socket?.close();
  }

  #lost(code: number, reason: string): void {
    if (this.#letGo() === undefined) return;
    const { minDelay, maxDelay } = this.#times;
    const delay = Math.min(maxDelay, minDelay * 2 ** Math.min(this.#tries++, 30));
    this.#wait(delay * (1 - this.#host.chance() / 2), () => {
      this.#become('connecting');
      this.connect();
    });
    this.#owner.lost(code, reason);
    this.#become('waiting');
  }

  /** What it says from now on is not heard. */
  #letGo(): SocketLike | undefined {
    const socket = this.#socket;
    this.#isOpen = false;
    this.#socket = undefined;
    if (socket !== undefined) socket.onopen = socket.onmessage = socket.onclose = null;
    return socket;
  }

  #become(state: StoreClientState): void {
    if (this.state === state || this.state === 'closed') return;
    this.state = state;
    this.#owner.changed(state);
  }

  /** One thing is waited for at a time. */
  #wait(ms: number, callback: () => void): void {
    this.#stopTimer();
    this.#stopTimer = this.#host.after(ms, callback);
  }
}
