import { expect } from 'chai';
import type { WebSocketPathOptions } from '../../doors/http.js';
import { bench } from '../../support/bench.js';
import { tidyUp } from '../../support/net-app.js';
import {
  BYTES,
  CLOSE,
  CONTINUATION,
  PING,
  PONG,
  TEXT,
  type Written,
  bytes,
  close,
  closing,
  frame,
  more,
  ping,
  pong,
  text,
} from './support/frames.js';
import { type FramePeer, type WebSocketApp, serveWebSockets } from './support/serve.js';

// The cases are those that suites for RFC 6455 are known for, by their groups.
describe('The WebSocket protocol', () => {
  let app: WebSocketApp;
  afterEach(tidyUp);

  const open = async (options: Omit<WebSocketPathOptions, 'protocol'> = {}): Promise<FramePeer> => {
    app = await serveWebSockets(undefined, options);
    return (await app.open()).peer;
  };

  /** Sends all, and expects these messages back, and nothing else. */
  const echoes = async (
    sent: readonly Buffer[],
    expected: readonly (string | Buffer)[],
    oneByOne = false,
  ): Promise<void> => {
    const peer = await open();
    const all = Buffer.concat([...sent, ping('over')]);
    if (oneByOne) for (const byte of all) peer.send(Buffer.from([byte]));
    else peer.send(all);
    await peer.came(expected.length + 1);
    const came = peer.frames.map(({ opcode, payload }) => (opcode === TEXT ? payload.toString() : payload));
    expect(came.slice(0, -1)).to.eql(expected);
    expect(came.at(-1)!.toString()).to.equal('over');
  };

  /** Sends all, and expects to be closed with a code, behind so many messages. */
  const fails = async (sent: readonly Buffer[], code: number, before: readonly string[] = []): Promise<void> => {
    const peer = await open();
    const other = await app.open();
    peer.send(Buffer.concat(sent));
    await peer.closed();
    expect(peer.texts).to.eql(before);
    expect(peer.closeCode).to.equal(code);
    expect(await app.end()).to.include({ reason: 'error', closeCode: 1006 });
    expect(app.connections[0]!.told.errors).to.have.length(1);
    // Others lose nothing.
    other.peer.send(text('good'));
    await other.peer.came(1);
    expect(other.peer.texts).to.eql(['good']);
  };

  describe('1: frames of any length', () => {
    for (const size of [0, 1, 125, 126, 127, 128, 65_535, 65_536, 100_000]) {
      it(`text of ${size} bytes comes back`, async () => echoes([text('*'.repeat(size))], ['*'.repeat(size)]));
      it(`${size} bytes come back`, async () => echoes([bytes(Buffer.alloc(size, 0xfe))], [Buffer.alloc(size, 0xfe)]));
    }
    it('text comes back that comes byte by byte', async () => echoes([text('*'.repeat(300))], ['*'.repeat(300)], true));
    it('a length may be written longer than it need be', async () => {
      const peer = await open();
      peer.send(Buffer.from([0x81, 0x80 | 126, 0, 2, 0, 0, 0, 0, 0x68, 0x69]));
      await peer.came(1);
      expect(peer.texts).to.eql(['hi']);
    });
  });

  describe('2: pings and pongs', () => {
    for (const payload of ['', 'hello', '*'.repeat(125)])
      it(`a ping of ${payload.length} bytes is answered with the same`, async () => {
        const peer = await open();
        peer.send(ping(payload));
        const [answer] = await peer.came(1);
        expect([answer!.opcode, answer!.payload.toString()]).to.eql([PONG, payload]);
      });
    it('a ping of bytes that are no text is answered', async () => {
      const peer = await open();
      peer.send(ping(Buffer.from([0, 255, 254, 253])));
      expect((await peer.came(1))[0]!.payload).to.eql(Buffer.from([0, 255, 254, 253]));
    });
    it('a ping of 126 bytes is an error', async () => fails([ping('*'.repeat(126))], 1002));
    it('ten pings are answered in order', async () => {
      const peer = await open();
      peer.send(Buffer.concat(Array.from({ length: 10 }, (_, n) => ping(`${n}`))));
      const frames = await peer.came(10);
      expect(frames.map(({ payload }) => payload.toString()).join('')).to.equal('0123456789');
    });
    it('pongs that nobody asked for change nothing', async () => echoes([pong(), pong('x'), text('a')], ['a']));
  });

  describe('3: reserved bits', () => {
    for (let rsv = 1; rsv < 8; rsv++)
      it(`${rsv} is an error, behind a good message`, async () =>
        fails([text('good'), frame({ opcode: TEXT, payload: 'bad', rsv }), ping()], 1002, ['good']));
    for (const opcode of [CLOSE, PING, PONG, BYTES])
      it(`with the opcode ${opcode} they are an error`, async () => fails([frame({ opcode, rsv: 4 })], 1002));
  });

  describe('4: opcodes', () => {
    for (const opcode of [3, 4, 5, 6, 7, 11, 12, 13, 14, 15])
      it(`${opcode} is an error, behind a good message`, async () =>
        fails([text('good'), frame({ opcode, payload: opcode % 2 ? 'x' : '' }), ping()], 1002, ['good']));
  });

  describe('5: fragments', () => {
    it('make one message', async () => echoes([text('a', false), more('b', false), more('c')], ['abc']));
    it('of bytes make one message', async () =>
      echoes([bytes(Buffer.from([1]), false), more(Buffer.from([2]))], [Buffer.from([1, 2])]));
    it('may be empty', async () => echoes([text('', false), more('', false), more('')], ['']));
    it('make one message also where they come byte by byte', async () =>
      echoes([text('ab', false), more('cd', false), more('ef')], ['abcdef'], true));
    it('may have a ping between them, which is answered before the message', async () => {
      const peer = await open();
      peer.send(Buffer.concat([text('a', false), ping('p'), more('b')]));
      expect((await peer.came(2)).map(({ opcode }) => opcode)).to.eql([PONG, TEXT]);
    });
    it('may have a close between them', async () => {
      const peer = await open();
      peer.send(Buffer.concat([text('a', false), close(1000), more('b')]));
      await peer.closed();
      expect(peer.texts).to.eql([]);
      expect(peer.closeCode).to.equal(1000);
    });
    for (const opcode of [CLOSE, PING, PONG])
      it(`there are none of the opcode ${opcode}`, async () => fails([frame({ opcode, fin: false }), more('x')], 1002));
    it('without a beginning are an error', async () => fails([more('x')], 1002));
    it('without a beginning, not the last one, are an error', async () => fails([more('x', false), text('y')], 1002));
    it('end before a new message begins', async () => fails([text('a', false), text('b')], 1002));
    it('behind a message are an error', async () => fails([text('a'), more('b')], 1002, ['a']));
    it('may be many, and not too many', async () => {
      const some = [text('a', false), ...new Array<Buffer>(1_000).fill(more('b', false)), more('c')];
      await echoes(some, [`a${'b'.repeat(1_000)}c`]);
      await fails([text('a', false), ...new Array<Buffer>(16_384).fill(more('b', false))], 1008);
    });
  });

  describe('6: text is UTF-8', () => {
    const good = [
      'κόσμε',
      '\u{10ffff}',
      '\u{fffe}\u{ffff}',
      '\u0000',
      '\u07ff\u0800\ud7ff\ue000\ufffd',
      '𐍈',
      '\ufeffa',
    ];
    for (const each of good)
      it(`${JSON.stringify(each)} comes back, however its bytes are cut`, async () => {
        const all = Buffer.from(each);
        const cut = (at: number): Buffer[] => [
          frame({ opcode: TEXT, fin: false, payload: all.subarray(0, at) }),
          frame({ opcode: CONTINUATION, payload: all.subarray(at) }),
        ];
        const cuts = Array.from(all, (_, at) => cut(at)).flat();
        await echoes([frame({ opcode: TEXT, payload: all }), ...cuts], new Array<string>(all.length + 1).fill(each));
      });
    const bad = {
      'a byte that goes on without a first one': '80',
      'a first byte alone': 'c3',
      'a first byte before another one': 'c3c3a9',
      'more bytes than are needed': 'c080',
      'more bytes than are needed, of three': 'e08080',
      'more bytes than are needed, of four': 'f0808080',
      'half of a pair of surrogates': 'eda080',
      'a pair of surrogates': 'eda080edb080',
      'what is beyond the last character': 'f4908080',
      'five bytes': 'f888808080',
      'six bytes': 'fc8480808080',
      'a byte that never comes': 'fe',
      'the other byte that never comes': 'ff',
      'good text and then bad': 'cebae1bdb9cf83ceb5eda080656469746564',
    };
    for (const [what, hex] of Object.entries(bad)) {
      it(`${what} is an error`, async () => fails([frame({ opcode: TEXT, payload: Buffer.from(hex, 'hex') })], 1007));
      it(`${what} is an error in fragments too`, async () => {
        const all = Buffer.from(hex, 'hex');
        await fails([frame({ opcode: TEXT, fin: false, payload: all.subarray(0, 1) }), more(all.subarray(1))], 1007);
      });
    }
    it('bytes may be anything', async () => {
      const payload = Buffer.from('eda080ff', 'hex');
      await echoes([bytes(payload)], [payload]);
    });
  });

  describe('7: closing', () => {
    const answered = async (sent: Buffer, code: number, hasError = false): Promise<void> => {
      const peer = await open();
      peer.send(sent);
      await peer.closed();
      expect(peer.frames.map(({ opcode }) => opcode)).to.eql([CLOSE]);
      expect(peer.closeCode).to.equal(code);
      expect(app.connections[0]!.told.errors).to.have.length(hasError ? 1 : 0);
    };
    it('without a code is answered without one', async () => answered(close(), 1005));
    for (const code of [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999])
      it(`with ${code} is answered with that`, async () => answered(close(code, 'why'), code));
    for (const code of [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535])
      it(`with ${code} is an error`, async () => answered(close(code), 1002, true));
    it('with a code of one byte is an error', async () => answered(frame({ opcode: CLOSE, payload: 'x' }), 1002, true));
    it('with the longest reason is answered', async () => answered(close(1000, '*'.repeat(123)), 1000));
    it('with a longer one is an error', async () =>
      answered(frame({ opcode: CLOSE, payload: closing(1000, '*'.repeat(124)) }), 1002, true));
    it('with a reason that is not valid UTF-8 is an error', async () =>
      answered(close(1000, Buffer.from('cebaeda080', 'hex')), 1007, true));
    for (const behind of [text('x'), ping(), close(1001), frame({ opcode: 3 })])
      it(`is the last: what comes behind it is dropped (opcode ${behind[0]! & 15})`, async () => {
        const peer = await open();
        peer.send(Buffer.concat([close(1000), behind]));
        await peer.closed();
        expect(peer.frames).to.have.length(1);
        expect(app.connections[0]!.told.messages).to.eql([]);
        expect(app.connections[0]!.told.errors).to.eql([]);
      });
  });

  describe('9: large messages', () => {
    for (const size of [65_537, 262_144, 1_048_576]) {
      it(`of ${size} bytes come back`, async () => echoes([bytes(Buffer.alloc(size, 7))], [Buffer.alloc(size, 7)]));
      it(`of ${size} bytes come back that came in fragments of 4,096`, async () => {
        const parts = Array.from({ length: Math.ceil(size / 4_096) }, (_, n) => {
          const part: Written = {
            opcode: n === 0 ? TEXT : CONTINUATION,
            fin: (n + 1) * 4_096 >= size,
            payload: '*'.repeat(Math.min(4_096, size - n * 4_096)),
          };
          return frame(part);
        });
        await echoes(parts, ['*'.repeat(size)]);
      });
    }
    it('of one byte more than maxPayload are an error', async () => fails([bytes(Buffer.alloc(1_048_577))], 1009));
    it('are known by their head: none of it need come', async () => {
      const peer = await open({ maxPayload: 1_000 });
      peer.send(frame({ opcode: BYTES, length: 1_001 }));
      await peer.closed();
      expect(peer.closeCode).to.equal(1009);
    });
    it('of 2^63 bytes are an error', async () => {
      const peer = await open();
      peer.send(Buffer.from('82ffffffffffffffffff00000000', 'hex'));
      await peer.closed();
      expect(peer.closeCode).to.equal(1009);
    });
    it('may not be longer in fragments either', async () => {
      const peer = await open({ maxPayload: 1_000 });
      peer.send(Buffer.concat([text('*'.repeat(600), false), more('*'.repeat(401))]));
      await peer.closed();
      expect(peer.closeCode).to.equal(1009);
      expect(app.connections[0]!.told.errors[0]).to.have.property('code', 'TT_MESSAGE_TOO_LONG');
    });
  });

  it('wants frames of a client masked', async () =>
    fails([frame({ opcode: TEXT, payload: 'x', masked: false })], 1002));

  it('is not waited for by a peer that begins a message and does not finish it', async () => {
    app = await serveWebSockets(undefined, { pingInterval: false }, { frameTimeout: 500 });
    const half = (await app.open()).peer;
    half.send(text('whole').subarray(0, 7));
    const fragment = (await app.open()).peer;
    fragment.send(text('a', false));
    const idle = (await app.open()).peer;
    await Promise.all([half.closed(), fragment.closed()]);
    expect([half.closeCode, fragment.closeCode]).to.eql([1008, 1008]);
    await bench().settled();
    expect(app.server.counts.open).to.equal(1);
    expect(idle.peer.heard.count('close')).to.equal(0);
  });
});
