import { expect } from 'chai';
import { type Framing, type RespReply, respCommands, respReplies } from '../../src/framing/index.js';
import { checkFraming } from '../../src/testing/index.js';
import { codeOf, decoded, errorOf, framesOf } from './support/decoded.js';

const latin1 = respReplies({ encoding: 'latin1' });

/** What a server sends, heard by a client. */
const both = (max: number, onTooLong: 'error' | 'skip' = 'error'): Framing<unknown, RespReply> => ({
  ...respReplies({ encoding: 'latin1', max, onTooLong }),
  encode: respCommands({ encoding: 'latin1', max: 1_000_000 }).encode,
});

describe('respReplies()', () => {
  for (const [stream, reply] of [
    ['+OK\r\n', { status: 'OK' }],
    ['+\r\n', { status: '' }],
    ['-ERR no such key\r\n', { error: 'ERR no such key' }],
    [':-7\r\n', -7],
    [':+7\r\n', 7],
    [':9007199254740993\r\n', 9_007_199_254_740_993n],
    ['$0\r\n\r\n', ''],
    ['$4\r\na\r\n\0\r\n', 'a\r\n\0'],
    ['$-1\r\n', null],
    ['*-1\r\n', null],
    ['*0\r\n', []],
    ['*3\r\n*1\r\n*0\r\n$-1\r\n*2\r\n:1\r\n+a\r\n', [[[]], null, [1, { status: 'a' }]]],
  ] as const) {
    it(`hears ${JSON.stringify(stream)} as one reply, and what follows as the next`, () => {
      expect(decoded(latin1, `${stream}+next\r\n`)).to.deep.equal([reply, { status: 'next' }]);
    });
  }

  it('hears bulk strings as bytes, or as texts', () => {
    const stream = Buffer.from('$2\r\né\r\n+é\r\n');
    expect(decoded(respReplies(), stream)).to.deep.equal(['é', { status: 'é' }]);
    expect(decoded(respReplies({ encoding: 'buffer' }), stream)).to.deep.equal([Buffer.from('é'), { status: 'é' }]);
  });

  it('holds what a framing promises, for replies of every kind', () => {
    const replies: RespReply[] = [
      'text',
      '',
      { status: 'OK' },
      { error: 'ERR x' },
      0,
      -5,
      2n ** 60n,
      null,
      [],
      ['a', [1, [], [null, [{ status: 's' }, 'é\r\n*3\r\n']]], { error: 'E' }],
      'x'.repeat(300),
    ];
    checkFraming(both(2_000), replies);
    checkFraming(both(400, 'skip'), replies);
    checkFraming(respReplies({ encoding: 'buffer', max: 100 }), [
      [Buffer.from([0, 255])],
      [Buffer.from('GET'), Buffer.alloc(0)],
    ]);
  });

  for (const [stream, problem] of [
    ['hello\r\n', 'a reply begins with'],
    ['*1\r\n!\r\n', 'a reply begins with'],
    ['$-2\r\n', 'a length is not'],
    ['$x\r\n', 'a length is not'],
    ['*1234567890\r\n', 'a length is not'],
    [':1.5\r\n', 'an integer is not a whole number'],
    [':\r\n', 'an integer is not a whole number'],
    [':9223372036854775808\r\n', 'an integer has more than 64 bits'],
    ['+OK\n', 'a line does not end'],
    ['$1\r\nabc', 'a bulk string does not end'],
    ['*1\r\n'.repeat(65), 'its arrays are more than 64 deep'],
  ] as const) {
    it(`says what is wrong in ${JSON.stringify(stream.slice(0, 20))}, and reads no further`, () => {
      const decoder = latin1.decoder();
      decoder.push(Buffer.from(`+OK\r\n${stream}`));
      expect(decoder.next()).to.deep.equal({ status: 'OK' });
      const error = errorOf(() => decoder.next());
      expect(error?.code).to.equal('TT_BAD_FRAME');
      expect(error?.details['problem']).to.include(problem);
      decoder.push(Buffer.from('\r\n+OK\r\n'));
      expect(errorOf(() => decoder.next())).to.equal(error);
    });
  }

  it('hears arrays as deep as they may be', () => {
    let reply: unknown = 1;
    for (let depth = 0; depth < 64; depth++) reply = [reply];
    expect(decoded(latin1, `${'*1\r\n'.repeat(64)}:1\r\n`)).to.deep.equal([reply]);
  });

  it('tells at once that a reply will be too long, and keeps none of its bytes', () => {
    for (const beginning of [
      '$999999\r\n',
      '*100000\r\n',
      '*2\r\n$94\r\n',
      '*999999999\r\n*999999999\r\n',
      '*30\r\n*30\r\n',
      `+${'x'.repeat(100)}`,
    ]) {
      const decoder = respReplies({ max: 100, onTooLong: 'skip' }).decoder();
      decoder.push(Buffer.from(beginning));
      expect(decoder.next()).to.equal(undefined);
      expect([decoder.skipped, decoder.buffered], beginning).to.deep.equal([1, 0]);
    }
  });

  it('goes on behind one that is too long, whatever its bytes look like, however they are cut', () => {
    const long = `*3\r\n+${'a'.repeat(90)}\r\n*2\r\n$19\r\n+x\r\n:1\r\n$3\r\n\n\n\n\n\n\n\n\r\n*1\r\n$-1\r\n:5\r\n`;
    const bytes = Buffer.from(`+a\r\n${long}+b\r\n`);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const decoder = respReplies({ max: 60, onTooLong: 'skip' }).decoder();
      const found: unknown[] = [];
      for (const part of [bytes.subarray(0, cut), bytes.subarray(cut)]) {
        decoder.push(part);
        found.push(...framesOf(decoder));
      }
      expect(found, `cut at ${cut}`).to.deep.equal([{ status: 'a' }, { status: 'b' }]);
      expect(decoder.skipped).to.equal(1);
    }
  });

  it('takes a time that is linear in the bytes, also where a line comes byte by byte', () => {
    const decoder = respReplies({ max: 1_000_000 }).decoder();
    const byte = Buffer.from('x');
    decoder.push(Buffer.from('+'));
    for (let n = 0; n < 50_000; n++) {
      decoder.push(byte);
      decoder.next();
    }
    decoder.push(Buffer.from('\r\n'));
    expect(decoder.next()).to.deep.equal({ status: 'x'.repeat(50_000) });
  });

  it('sends commands as arrays of bulk strings', () => {
    expect(latin1.encode(['SET', 'é', Uint8Array.of(0, 255), 5, -7n, '']).toString('latin1')).to.equal(
      '*6\r\n$3\r\nSET\r\n$1\r\né\r\n$2\r\n\0\xff\r\n$1\r\n5\r\n$2\r\n-7\r\n$0\r\n\r\n',
    );
    expect(respReplies().encode(['é']).toString()).to.equal('*1\r\n$2\r\né\r\n');
  });

  it('refuses to send a value that is not a command', () => {
    for (const command of [[], 'PING', undefined, [null], [['a']], [NaN], [{ status: 'a' }]])
      expect(codeOf(() => latin1.encode(command as never))).to.equal('TT_FRAME_NOT_ENCODED');
    expect(codeOf(() => respReplies({ max: 10 }).encode(['x'.repeat(11)]))).to.equal('TT_FRAME_NOT_ENCODED');
  });
});
