import { expect } from 'chai';
import { Socket } from 'node:net';
import type { TcpConnection } from '../../../../src/index.js';
import { expectCode, expectThrow, thrownBy } from '../../../support/errors.js';
import { Recorder, serve, tidyUp } from '../../../support/net-app.js';
import { onRealSockets } from '../../../support/stage.js';

afterEach(tidyUp);

const pair = async (options = {}) => {
  const app = await serve(() => new Recorder(), options);
  return { app, ...(await app.pair()) };
};

/** Counts what reaches the system through sockets of this process while `body` runs. */
async function countingWrites(body: () => Promise<void>): Promise<number> {
  const proto = Socket.prototype as unknown as Record<'_write' | '_writev', (...args: unknown[]) => void>;
  const { _write, _writev } = proto;
  let writes = 0;
  const counting = (original: typeof _write) =>
    function (this: Socket, ...args: unknown[]): void {
      writes++;
      original.apply(this, args);
    };
  Object.assign(proto, { _write: counting(_write), _writev: counting(_writev) });
  try {
    await body();
  } finally {
    Object.assign(proto, { _write, _writev });
  }
  return writes;
}

/** Of three things that are given, the second is moved away in the same turn. */
async function sendsAndMoves(): Promise<void> {
  const { peer, connection } = await pair();
  await connection.inside((self) => {
    const moved = new Uint8Array(8);
    for (const bytes of ['before, ', moved, 'behind']) self.say(bytes);
    structuredClone(moved, { transfer: [moved.buffer] });
  });
  await peer.received(14);
  expect(peer.text).to.equal('before, behind');
  const [error] = await connection.heard.on('onError');
  expect(expectCode(error, 'TT_DATA_MOVED').details).to.deep.equal({ bytes: 8 });
  connection.ttsc__close();
  peer.end();
  expect((await connection.heard.on('onDisconnected'))[0]).to.include({ reason: 'closedHere', discarded: 8 });
}

describe('a TcpConnection sends', () => {
  it('text, Buffers, Uint8Arrays and lists of them', async () => {
    const { peer, connection } = await pair();
    const results = await connection.inside((self) => [
      self.say('a'),
      self.say(Buffer.from('b')),
      self.say(new Uint8Array([99])),
      self.say(['d', Buffer.from('e'), new Uint8Array([102])]),
      self.say('\u00e9\u20ac'),
      self.say([]),
      self.say(''),
    ]);
    expect(results).to.deep.equal(Array(7).fill('sent'));
    expect(await peer.received(11)).to.equal('abcdef\u00e9\u20ac');
    expect(connection.traffic).to.include({ sentBytes: 11, sentMessages: 7 });
  });

  it('the same by ttsc__send', async () => {
    const { peer, connection } = await pair();
    for (const data of ['a', Buffer.from('b'), new Uint8Array([99]), ['d', Buffer.from('e')], '\u00e9', []])
      connection.ttsc__send(data);
    expect(await peer.received(7)).to.equal('abcde\u00e9');
  });

  it('a subarray of a buffer, and no byte beside it', async () => {
    const { peer, connection } = await pair();
    const whole = Buffer.from('0123456789');
    await connection.inside((self) =>
      self.say([whole.subarray(2, 4), new Uint8Array(whole.buffer, whole.byteOffset, 1)]),
    );
    expect(await peer.received(3)).to.equal('230');
  });

  it('many megabytes, byte by byte as they were', async () => {
    const { peer, connection } = await pair({ unsentLimit: 1e8 });
    const big = Buffer.alloc(8_000_003);
    for (let at = 0; at < big.length; at++) big[at] = at % 251;
    await connection.inside((self) => {
      self.say([big.subarray(0, 10), big.subarray(10, 70_000)]);
      self.say(big.subarray(70_000));
    });
    await peer.received(big.length);
    expect(peer.bytes.equals(big)).to.equal(true);
  });

  describe('and refuses at the call', () => {
    const bad: readonly [unknown, string][] = [
      [undefined, 'undefined'],
      [null, 'null'],
      [5, 'number'],
      [{}, 'object'],
      [() => 1, 'function'],
      [new Uint16Array(2), 'object'],
      [new ArrayBuffer(2), 'object'],
      [['ok', 5], 'number'],
      [[['x']], 'lists in lists'],
    ];
    for (const [data, what] of bad) {
      it(`${JSON.stringify(data) ?? String(data)} (${what})`, async () => {
        const { peer, connection } = await pair();
        const untyped = data as string;
        const { details } = expectThrow(() => connection.ttsc__send(untyped), 'TT_BAD_DATA');
        expect(details).to.deep.equal({ what });
        expectCode(await connection.inside((self) => thrownBy(() => self.say(untyped))), 'TT_BAD_DATA');
        expect(connection.unsentBytes).to.equal(0);
        connection.ttsc__send('fine');
        await peer.received('fine');
      });
    }
  });

  it('with send() in its own sparkles only', async () => {
    const { app, peer, connection } = await pair();
    expect(expectThrow(() => connection.say('x'), 'TT_NOT_RUNNING').details).to.include({
      what: 'send(), unlike ttsc__send(),',
    });
    const thrown = await app.app.inside(() => thrownBy(() => connection.say('x')));
    expectCode(thrown, 'TT_NOT_RUNNING');
    await connection.inside((self) => self.say('y'));
    expect(await peer.received(1)).to.equal('y');
  });

  it('with ttsc__send() on behalf of other Tonics, and of code outside any sparkle', async () => {
    const { app, peer, connection } = await pair();
    connection.ttsc__send('from outside, ');
    await app.app.inside(() => connection.ttsc__send('from the ear'));
    await peer.received('from outside, from the ear');
    expect(peer.text).to.equal('from outside, from the ear');
  });

  describe('in the order given', () => {
    it('where send() comes after own orders', async () => {
      const { peer, connection } = await pair();
      const results = await connection.inside((self) => {
        const first = self.say('1');
        self.ttsc__send('2');
        const third = self.say('3');
        self.ttsc__send('4');
        return [first, third, self.say('5')];
      });
      expect(results).to.deep.equal(['sent', 'waiting', 'waiting']);
      expect(await peer.received(5)).to.equal('12345');
      // They have left: now send() goes its short way again.
      expect(await connection.inside((self) => self.say('6'))).to.equal('sent');
      expect(await peer.received(6)).to.equal('123456');
    });

    it('and hears onDrain also where nothing of that was to leave: it was empty, or refused', async () => {
      const { connection } = await pair({ highWaterMark: 16_384, unsentLimit: 16_384, onUnsentLimit: 'refuse' });
      for (const [n, data] of ['', 'x'.repeat(20_000)].entries()) {
        const result = await connection.inside((self) => {
          self.ttsc__send(data);
          return self.say(data);
        });
        expect(result).to.equal('waiting');
        await connection.heard.on('onDrain', n + 1);
      }
      expect(await connection.inside((self) => self.say('x'))).to.equal('sent');
    });

    it('and hears onDrain when what waited behind own orders has left', async () => {
      const { peer, connection } = await pair();
      const result = await connection.inside((self) => {
        self.ttsc__send('1');
        return self.say('2');
      });
      expect(result).to.equal('waiting');
      await connection.heard.on('onDrain');
      expect(await peer.received(2)).to.equal('12');
      expect(connection.heard.count('onHighWater')).to.equal(0);
    });

    it('whatever others send meanwhile', async () => {
      const { app, peer, connection } = await pair();
      await app.app.inside(() => connection.ttsc__send('<'));
      await connection.inside((self) => {
        for (let n = 0; n < 100; n++) {
          if (n % 3 === 0) self.ttsc__send(`${n},`);
          else self.say(`${n},`);
        }
      });
      connection.ttsc__send('>');
      const expected = `<${Array.from({ length: 100 }, (_, n) => `${n},`).join('')}>`;
      await peer.received(expected);
      // Those of the connection itself stand in their order; what others sent may stand among them.
      expect(peer.text.replace('>', '')).to.equal(expected.replace('>', ''));
    });

    it('with a subclass that sends something else for an order', async () => {
      class Framed extends Recorder {
        override ttsc__send(data: string): void {
          super.ttsc__send(`[${data}]`);
        }
      }
      const app = await serve(() => new Framed());
      const { peer, connection } = await app.pair();
      await connection.inside((self) => {
        self.ttsc__send('a');
        self.ttsc__send('b');
      });
      expect(await peer.received(6)).to.equal('[a][b]');
      expect(connection.unsentBytes).to.equal(0);
      expect(await connection.inside((self) => self.say('c'))).to.equal('sent');
    });
  });

  it('and counts what waits in orders, and in the turn, as unsent', async () => {
    const { peer, connection } = await pair();
    const counts = await connection.inside((self) => {
      self.say('four');
      const gathered = self.unsentBytes;
      self.ttsc__send(['\u20ac', 'uro']);
      return [gathered, self.unsentBytes];
    });
    expect(counts).to.deep.equal([4, 10]);
    await peer.received(10);
    expect(connection.unsentBytes).to.equal(0);
  });

  describe('on a socket of Node', () => {
    onRealSockets('the writes that a net.Socket makes are counted, and the loss is found by what gives pieces to it');

    it('what surrounds a buffer that was moved away, and tells the loss', sendsAndMoves);

    it('all that belongs to one turn in one write, or in pieces of 64 KiB', async () => {
      const { peer, connection } = await pair();
      for (const [parts, size, expected] of [
        [100, 20, 1],
        [100, 2_000, 4],
      ] as const) {
        const before = peer.size;
        const writes = await countingWrites(async () => {
          await connection.inside((self) => {
            for (let n = 0; n < parts; n++) self.say(n % 2 === 0 ? 'x'.repeat(size) : Buffer.alloc(size, 'y'));
          });
          await peer.received(before + parts * size);
        });
        expect(writes, `${parts} parts of ${size} bytes`).to.equal(expected);
      }
      const pattern = (size: number): string => ('x'.repeat(size) + 'y'.repeat(size)).repeat(50);
      expect(peer.text).to.equal(pattern(20) + pattern(2_000));
    });
  });

  it('what surrounds a buffer that was moved to another thread before it left, and tells what is lost', sendsAndMoves);

  it('what it was given before it throws', async () => {
    class Sick extends Recorder {
      override ttse__onData(): void {
        this.send('kept');
        throw new Error('sick');
      }
    }
    const app = await serve(() => new Sick());
    const { peer, connection } = await app.pair();
    peer.send('x');
    await peer.ended();
    expect(peer.text).to.equal('kept');
    await connection.heard.on('onFinished');
    expect(app.server.counts).to.include({ failed: 1, open: 0 });
  });

  describe('nothing more, and says so,', () => {
    const refusedAfter = async (end: (self: Recorder) => void, what = 'TT_SEND_REFUSED' as const) => {
      const { peer, connection } = await pair();
      const result = await connection.inside((self) => {
        self.say('before');
        end(self);
        return undefined;
      });
      expect(result).to.equal(undefined);
      connection.ttsc__do((self: Recorder) => self.heard.push('result', self.say('after'), self.ttsc__send('later')));
      expect(await connection.heard.on('result')).to.deep.equal(['refused', undefined]);
      const { details } = expectCode((await connection.heard.on('onError', 1))[0], what);
      expect(details).to.include({ bytes: 5 });
      expectCode((await connection.heard.on('onError', 2))[0], what);
      return { peer, connection };
    };

    it('after it was closed', async () => {
      const { peer, connection } = await refusedAfter((self) => self.ttsc__close());
      await peer.ended();
      expect(peer.text).to.equal('before');
      expect((await connection.heard.on('onDisconnected'))[0]).to.include({ reason: 'closedHere', discarded: 0 });
    });
    it('after its end was sent', async () => {
      const { peer } = await refusedAfter((self) => self.ttsc__end());
      await peer.ended();
      expect(peer.text).to.equal('before');
    });
    it('after it was aborted', async () => {
      await refusedAfter((self) => self.ttsc__abort());
    });
  });

  it('is refused in onDisconnected, with an error that is heard before it finishes', async () => {
    class Late extends Recorder {
      override ttse__onDisconnected(info: unknown): void {
        super.ttse__onDisconnected(info);
        this.heard.push('late', this.send('too late'));
      }
    }
    const app = await serve<Late>(() => new Late());
    const { peer, connection } = await app.pair();
    peer.end();
    expect(await connection.heard.on('late')).to.deep.equal(['refused']);
    await connection.heard.on('onFinished');
    expect(connection.heard.names.slice(-3)).to.deep.equal(['late', 'onError', 'onFinished']);
  });

  it('to a connection that has ended: nothing happens', async () => {
    const { peer, connection } = await pair();
    peer.end();
    await connection.heard.on('onFinished');
    (connection as TcpConnection).ttsc__send('x');
    expect(connection.finished).to.equal(true);
  });
});
