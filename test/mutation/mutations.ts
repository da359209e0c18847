/** A bug put in on purpose: a small change of one file, and the program in which `explore()` must find it. */
export interface Mutation {
  readonly kind: 'missing bound' | 'lost wake-up' | 'split frame' | 'unhandled reset' | 'late timer' | 'rounding';
  readonly what: string;
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  /** One of `programs/`. */
  readonly program: string;
}

export const MUTATIONS: readonly Mutation[] = [
  {
    kind: 'missing bound',
    what: 'a connection takes more unsent bytes than its limit',
    file: 'src/tonics/tcp-connection.ts',
    find: 'if (unsent > unsentLimit) return this.#overflow(size, unsent, onUnsentLimit);',
    replace: 'if (unsent > Infinity) return this.#overflow(size, unsent, onUnsentLimit);',
    program: 'feed',
  },
  {
    kind: 'missing bound',
    what: 'a client that is not connected keeps whatever it is given',
    file: 'src/tonics/tcp-client.ts',
    find: 'if (this.#waitingBytes + size > queueLimit)',
    replace: 'if (this.#waitingBytes + size > Infinity)',
    program: 'feed',
  },
  {
    kind: 'missing bound',
    what: 'a queue takes orders beyond its limit',
    file: 'src/core/order-queue.ts',
    find: 'if (this.size >= this.limit && !sparkle.life) {',
    replace: 'if (this.size >= Infinity && !sparkle.life) {',
    program: 'crew',
  },
  {
    kind: 'missing bound',
    what: 'bytes without an end of line are kept for ever',
    file: 'examples/line-protocol/line-buffer.ts',
    find: 'this.#check(bytes.length - 1);',
    replace: '',
    program: 'notes',
  },
  {
    kind: 'lost wake-up',
    what: 'an order that comes while the Selector waits writes no token',
    file: 'src/selector/notifying-queue.ts',
    find: 'if (this.#selector.parked) this.#pipe.write();',
    replace: '',
    program: 'crew',
  },
  {
    kind: 'lost wake-up',
    what: 'a token that was read still counts as written',
    file: 'src/selector/notify-pipe.ts',
    find: '    this.#token = false;',
    replace: '',
    program: 'crew',
  },
  {
    kind: 'lost wake-up',
    what: 'an order that comes while a plain Catalyst waits does not wake it',
    file: 'src/core/waking-queue.ts',
    find: 'if (this.#parker.parked) this.#parker.wake();',
    replace: '',
    program: 'crew',
  },
  {
    kind: 'split frame',
    what: 'a line is taken for whole in each event',
    file: 'examples/line-protocol/line-buffer.ts',
    find: 'this.#rest.length === 0 ? data : Buffer.concat([this.#rest, data])',
    replace: 'data',
    program: 'notes',
  },
  {
    kind: 'split frame',
    what: 'the longest line is refused where its end is cut between CR and LF',
    file: 'examples/line-protocol/line-buffer.ts',
    find: 'this.#check(bytes.length - 1);',
    replace: 'this.#check(bytes.length);',
    program: 'notes',
  },
  {
    kind: 'split frame',
    what: 'the length of a frame is taken for whole',
    file: 'test/mutation/programs/frame-buffer.ts',
    find: 'while (bytes.length >= HEADER) {',
    replace: 'while (bytes.length > 0) {',
    program: 'frames',
  },
  {
    kind: 'split frame',
    what: 'the payload of a frame is taken for whole',
    file: 'test/mutation/programs/frame-buffer.ts',
    find: 'if (bytes.length < end) break;',
    replace: '',
    program: 'frames',
  },
  {
    kind: 'unhandled reset',
    what: 'a connection does not hear that it was reset',
    file: 'src/tonics/tcp-connection.ts',
    find: 'if (!channel.closed) return this.#destroy(channel, false);',
    replace: 'if (error !== undefined) return undefined;',
    program: 'bookings',
  },
  {
    kind: 'unhandled reset',
    what: 'what was not answered before a reset is not asked for again',
    file: 'test/testing/support/booking.ts',
    find: 'ttse_asking__onConnected',
    replace: 'ttse_asking__onConnectedAgain',
    program: 'bookings',
  },
  {
    kind: 'unhandled reset',
    what: 'half a line from before a reset is put before the first line after it',
    file: 'test/testing/support/booking.ts',
    find: '    this.losses++;\n    this.#lines = new LineBuffer(LONGEST_LINE);',
    replace: '    this.losses++;',
    program: 'bookings',
  },
  {
    kind: 'late timer',
    what: 'a timer goes on when it has finished',
    file: 'src/core/timer.ts',
    find: '  override _ttRelease(): void {\n    this.stop();\n  }',
    replace: '  override _ttRelease(): void {}',
    program: 'sessions',
  },
  {
    kind: 'late timer',
    what: 'the watch of an idle connection goes on when that is closed',
    file: 'src/tonics/tcp-connection.ts',
    find: 'this.#idle?.stop();',
    replace: '',
    program: 'bookings',
  },
  {
    kind: 'late timer',
    what: 'the deadline of a note strikes the next one',
    file: 'examples/line-protocol/note-connection.ts',
    find: 'this.#deadline?.ttsc__finish();',
    replace: '',
    program: 'notes',
  },
  {
    kind: 'rounding',
    what: 'the watch of an idle connection is due for ever where a difference is rounded down',
    file: 'src/tonics/connection-ends.ts',
    find: 'if (now >= this.#touchedAt + this.timeout)',
    replace: 'if (now - this.#touchedAt >= this.timeout)',
    program: 'bookings',
  },
];
