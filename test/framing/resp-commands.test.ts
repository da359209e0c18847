import { expect } from 'chai';
import { type RespReply, respCommands } from '../../src/framing/index.js';
import { codeOf, decoded, errorOf, framesOf } from './support/decoded.js';

const latin1 = respCommands({ encoding: 'latin1' });
const sent = (reply: RespReply): string => latin1.encode(reply).toString('latin1');

describe('respCommands()', () => {
  it('hears arrays of bulk strings, each as its words', () => {
    const stream = '*2\r\n$3\r\nGET\r\n$5\r\na\r\nb\0\r\n*1\r\n$4\r\nPING\r\n';
    expect(decoded(latin1, stream)).to.deep.equal([['GET', 'a\r\nb\0'], ['PING']]);
  });

  it('hears a line as its words, between arrays too', () => {
    expect(decoded(latin1, 'PING\r\n*1\r\n$1\r\na\r\n  SET  key\tvalue \n')).to.deep.equal([
      ['PING'],
      ['a'],
      ['SET', 'key', 'value'],
    ]);
  });

  for (const [line, words] of [
    ['SET "a key" \'a value\'', ['SET', 'a key', 'a value']],
    ['"\\x41\\n\\"\\\\\\q"', ['A\n"\\q']],
    ["'it\\'s \\n'", ["it's \\n"]],
    ['"" \'\'', ['', '']],
    ['a"b c"', ['ab c']],
  ] as const) {
    it(`takes the quotes of ${line} as Redis does`, () => {
      expect(decoded(latin1, `${line}\n`)).to.deep.equal([words]);
    });
  }

  it('hears words as bytes, or as texts', () => {
    const stream = Buffer.from('*1\r\n$2\r\né\r\n"\\xc3\\xa9"\r\n');
    expect(decoded(respCommands(), stream)).to.deep.equal([['é'], ['é']]);
    expect(decoded(latin1, stream)).to.deep.equal([['Ã©'], ['Ã©']]);
    expect(decoded(respCommands({ encoding: 'buffer' }), stream)).to.deep.equal([
      [Buffer.from('é')],
      [Buffer.from('é')],
    ]);
  });

  it('leaves out what has no words', () => {
    expect(decoded(latin1, '\r\n*0\r\n \n*-1\r\nPING\n')).to.deep.equal([['PING']]);
  });

  for (const [stream, problem] of [
    ['*x\r\n', 'invalid multibulk length'],
    ['*\r\n', 'invalid multibulk length'],
    ['*1234567890', 'invalid multibulk length'],
    ['*1\r\n+OK\r\n', "expected '$', got '+'"],
    ['*1\r\n$-1\r\n', 'invalid bulk length'],
    ['*1\r\n$1x\r\n', 'invalid bulk length'],
    ['*1\r\n$1\ra', 'invalid bulk length'],
    ['*1\r\n$1\r\nabc', 'expected CRLF behind a bulk string'],
    ['SET "a\n', 'unbalanced quotes in request'],
    ['SET "a"b\n', 'unbalanced quotes in request'],
    ["SET 'a\\'\n", 'unbalanced quotes in request'],
  ] as const) {
    it(`says in Redis's words what is wrong in ${JSON.stringify(stream)}, and reads no further`, () => {
      const decoder = latin1.decoder();
      decoder.push(Buffer.from(`PING\n${stream}`));
      expect(decoder.next()).to.deep.equal(['PING']);
      const error = errorOf(() => decoder.next());
      expect(error?.code).to.equal('TT_BAD_FRAME');
      expect(error?.details['problem']).to.equal(problem);
      decoder.push(Buffer.from('\r\nPING\r\n'));
      expect(errorOf(() => decoder.next())).to.equal(error);
    });
  }

  it('tells at once that a command will be too long, and keeps none of its bytes', () => {
    for (const beginning of ['*1\r\n$999999\r\n', '*100000\r\n', '*2\r\n$90\r\n']) {
      const decoder = respCommands({ max: 100, onTooLong: 'skip' }).decoder();
      decoder.push(Buffer.from(beginning));
      expect(decoder.next()).to.equal(undefined);
      expect(decoder.skipped).to.equal(1);
      expect(decoder.buffered).to.equal(0);
    }
  });

  it('goes on behind words that are too long, whatever their bytes look like, however they are cut', () => {
    const bytes = Buffer.from(`a\r\n*2\r\n$1\r\nx\r\n$30\r\n${'\nPING\n'.repeat(5)}\r\nb\r\n`);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const decoder = respCommands({ max: 20, onTooLong: 'skip' }).decoder();
      const found: unknown[] = [];
      for (const part of [bytes.subarray(0, cut), bytes.subarray(cut)]) {
        decoder.push(part);
        found.push(...framesOf(decoder));
      }
      expect(found, `cut at ${cut}`).to.deep.equal([['a'], ['b']]);
    }
  });

  it('goes on behind a line that is too long', () => {
    const decoder = respCommands({ max: 20 }).decoder();
    decoder.push(Buffer.from('x'.repeat(21)));
    expect(codeOf(() => decoder.next())).to.equal('TT_FRAME_TOO_LONG');
    decoder.push(Buffer.from('*1\nPING\r\n'));
    expect(framesOf(decoder)).to.deep.equal([['PING']]);
  });

  for (const [reply, text] of [
    [null, '$-1\r\n'],
    ['', '$0\r\n\r\n'],
    ['a\r\n', '$3\r\na\r\n\r\n'],
    ['\xff', '$1\r\n\xff\r\n'],
    [Uint8Array.of(0, 255), '$2\r\n\0\xff\r\n'],
    [-7, ':-7\r\n'],
    [9_223_372_036_854_775_807n, ':9223372036854775807\r\n'],
    [{ status: 'OK' }, '+OK\r\n'],
    [{ error: 'ERR no' }, '-ERR no\r\n'],
    [['a', [], [null, 1]], '*3\r\n$1\r\na\r\n*0\r\n*2\r\n$-1\r\n:1\r\n'],
  ] as const) {
    it(`sends ${JSON.stringify(text)}`, () => {
      expect(sent(reply)).to.equal(text);
    });
  }

  it('counts the bytes of a text, and not its characters', () => {
    expect(respCommands().encode('é€').toString()).to.equal('$5\r\né€\r\n');
  });

  it('refuses to send what would be heard as something else', () => {
    const endless: RespReply[] = [];
    endless.push(endless);
    for (const reply of [1.5, 2 ** 60, NaN, { status: 'a\r\n+OK' }, { error: 'a\nb' }, endless, {}, undefined, true]) {
      expect(codeOf(() => latin1.encode(reply as RespReply))).to.equal('TT_FRAME_NOT_ENCODED');
    }
    expect(codeOf(() => respCommands({ max: 10 }).encode('x'.repeat(11)))).to.equal('TT_FRAME_NOT_ENCODED');
  });
});
