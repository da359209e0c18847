// One connection of a peer: what is sent on it, what is asked and has to come back, and how it ends.
import { connect } from 'node:net';

/** @typedef {import('./peer.mjs').Peer} Peer */
/** @typedef {{ text: string, when: number }} Question what has to come back, and when it was asked for */

/** Peers come from 200 addresses of the loopback, so that ports do not run out. */
const ADDRESSES = 200;

export class Connection {
  /** @type {Question[]} */
  #open = [];
  #hasHeard = false;
  #hasAnswer = false;
  /** Its end is this peer's doing. */
  #leaves = false;
  /** @type {(() => void) | undefined} who waits for something to happen */
  #wake;

  /** @param {Peer} peer */
  constructor(peer) {
    this.peer = peer;
    this.began = performance.now();
    this.isOpened = false;
    this.isClosed = false;
    /** The server is right to end it when all is answered. */
    this.mayEnd = false;
    const { port } = peer.crowd.options;
    const localAddress = `127.0.0.${2 + (peer.index % ADDRESSES)}`;
    this.below = connect({ port, host: '127.0.0.1', localAddress, noDelay: true });
    /** What the peer reads and writes: {@link below}, or TLS on top of it. @type {import('node:net').Socket} */
    this.socket = this.below;
    this.below.once('connect', () => this.#opened());
    this.#watch(this.below);
  }

  /** @type {string | undefined} the first error of its sockets */
  why;

  /** From now on it speaks through this socket. @param {import('node:net').Socket} socket */
  through(socket) {
    this.socket = socket;
    this.#watch(socket);
  }

  /** @param {import('node:net').Socket} socket */
  #watch(socket) {
    socket.on('error', (error) => (this.why ??= error.message));
    socket.once('close', () => socket === this.socket && this.#over());
  }

  #opened() {
    this.isOpened = true;
    this.peer.tally.connects++;
    this.#wake?.();
  }

  #over() {
    this.isClosed = true;
    const { peer } = this;
    if (this.#leaves && !this.isOpened) peer.tally.unsure++;
    else if (!this.isOpened) peer.failed(this.why ?? 'could not connect');
    else if (!this.#leaves) this.#endedByServer();
    peer.tally.lost += peer.kind.waits ? this.#open.length : 0;
    this.#wake?.();
  }

  #endedByServer() {
    const { peer, why } = this;
    peer.tally[why === undefined ? 'ended' : 'reset']++;
    const isRight = this.mayEnd && why === undefined && this.missing === 0;
    if (isRight || peer.kind.mayBeCut) return;
    peer.tally.cut++;
    peer.fault(`${why ?? 'ended'} with ${this.missing} answers to come`);
  }

  // ---- Its sending ----

  /** @param {string | Uint8Array} bytes @returns {boolean} whether there is room for more */
  say(bytes) {
    return !this.isClosed && this.socket.writable && this.socket.write(bytes);
  }

  /** Ends its side, and hears the rest. */
  endSending() {
    this.mayEnd = true;
    this.socket.end();
  }

  /** Closes in order, and waits for the other side to do so. */
  async leave() {
    this.#leaves = true;
    this.socket.resume().end();
    await this.closed();
  }

  /** Is gone at once: the kernel says an end, or a reset where something is unread. */
  vanish() {
    this.#leaves = true;
    this.socket.destroy();
    this.below.destroy();
  }

  reset() {
    this.#leaves = true;
    if (this.isOpened && !this.below.destroyed) this.below.resetAndDestroy();
    this.socket.destroy();
  }

  // ---- What is asked ----

  /** Answers that are still to come. */
  get missing() {
    return this.#open.length;
  }

  /** @param {string} text what has to come back next, behind all that was asked for before */
  expects(text) {
    this.#open.push({ text, when: performance.now() });
    this.peer.tally.requests++;
  }

  /** Something has come. */
  hears() {
    if (!this.#hasHeard) this.peer.tally.heard++;
    this.#hasHeard = true;
  }

  /** @param {string} text an answer, whole */
  answered(text) {
    const question = this.#open.shift();
    if (question === undefined) return this.peer.wrong(`an answer to what was not asked: ${shown(text)}`);
    if (question.text !== text) return this.peer.wrong(`${shown(text)} in the place of ${shown(question.text)}`);
    this.peer.tally.answers++;
    const { requests, connects } = this.peer.crowd;
    if (this.peer.kind.timed) {
      const now = performance.now();
      if (this.#hasAnswer) requests.add(now - question.when);
      else connects.add(now - this.began);
    }
    this.#hasAnswer = true;
    if (this.missing === 0) this.#wake?.();
    return undefined;
  }

  // ---- Waiting ----

  /** Until it is so, or it is closed. @param {() => boolean} holds @returns {Promise<boolean>} whether it is open */
  async until(holds) {
    while (!this.isClosed && !holds()) await this.#event();
    return !this.isClosed;
  }

  /** Until all answers are there. */
  heardAll() {
    return this.until(() => this.missing === 0);
  }

  /** Until it is closed. */
  closed() {
    return this.until(() => false);
  }

  /** For so long by chance, or until it is closed. @param {number} least @param {number} most ms @returns {Promise<boolean>} whether it is open */
  async rests(least, most) {
    const until = performance.now() + this.peer.chance(least, most);
    for (let left = until - performance.now(); left > 0 && !this.isClosed; left = until - performance.now()) {
      const timer = setTimeout(() => this.#wake?.(), left);
      await this.#event();
      clearTimeout(timer);
    }
    return !this.isClosed;
  }

  /** Until it can take more. */
  drains() {
    this.socket.once('drain', () => this.#wake?.());
    return this.until(() => !this.socket.writableNeedDrain);
  }

  /** Who listens itself to something on the socket tells by this that it has happened. */
  wake() {
    this.#wake?.();
  }

  /** @returns {Promise<void>} until something has happened */
  #event() {
    return new Promise((resolve) => (this.#wake = resolve));
  }
}

/** @param {string} text */
const shown = (text) => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}...` : text);
