import { expect } from 'chai';
import { lines } from '../../src/framing/index.js';
import { codeOf, decoded, framesOf } from './support/decoded.js';

describe('lines()', () => {
  it('gives lines without their ends, be it LF or CR and LF', () => {
    expect(decoded(lines(), 'one\ntwo\r\n\n\r\nthree\n')).to.deep.equal(['one', 'two', '', '', 'three']);
  });

  it('takes a CR alone for a part of the line', () => {
    expect(decoded(lines(), 'a\rb\r\r\n')).to.deep.equal(['a\rb\r']);
  });

  it('gives a line only when its end has come', () => {
    const decoder = lines().decoder();
    decoder.push(Buffer.from('hel'));
    expect(decoder.next()).to.equal(undefined);
    decoder.push(Buffer.from('lo\nwor'));
    expect(framesOf(decoder)).to.deep.equal(['hello']);
    expect(decoder.buffered).to.equal(3);
  });

  for (const [encoding, text] of [
    ['utf8', 'é💡'],
    ['latin1', 'Ã©ð\x9f\x92¡'],
    ['ascii', 'C)p\x1f\x12!'],
  ] as const) {
    it(`gives texts in ${encoding}`, () => {
      expect(decoded(lines({ encoding }), 'é💡\n')).to.deep.equal([text]);
    });
  }

  it('gives bytes where the encoding is buffer', () => {
    expect(decoded(lines({ encoding: 'buffer' }), 'é\r\n\n')).to.deep.equal([Buffer.from('é'), Buffer.alloc(0)]);
  });

  it('puts a character together that was cut', () => {
    const decoder = lines().decoder();
    for (const byte of Buffer.from('💡\n')) decoder.push(Buffer.from([byte]));
    expect(decoder.next()).to.equal('💡');
  });

  for (const invalid of [
    [0xff],
    [0xe2, 0x82],
    [0xf0, 0x9f, 0x92],
    [0xc0, 0x8a],
    [0xed, 0xa0, 0x80],
    [0xef, 0xbb, 0xbf],
  ]) {
    it(`knows the place of each line behind the bytes ${invalid.map((byte) => byte.toString(16)).join(' ')}`, () => {
      const first = Buffer.from([...invalid, 97, 10]);
      const bytes = Buffer.concat([first, Buffer.from('é2\n'), first, Buffer.from('end')]);
      const decoder = lines().decoder();
      decoder.push(bytes);
      decoder.next();
      expect(decoder.place).to.equal(first.length);
      expect(decoder.next()).to.equal('é2');
      expect(decoder.takeBuffered()).to.deep.equal(bytes.subarray(first.length + 4));
    });
  }

  it('gives no line of the bytes that were taken over', () => {
    const decoder = lines().decoder();
    decoder.push(Buffer.from('a\nb\nc'));
    expect(decoder.next()).to.equal('a');
    expect(decoder.takeBuffered().toString()).to.equal('b\nc');
    decoder.push(Buffer.from('d\n'));
    expect(framesOf(decoder)).to.deep.equal(['d']);
  });

  it('counts the bytes of a line against max, not its characters, and neither CR nor LF', () => {
    expect(decoded(lines({ max: 4 }), 'éé\r\nabcd\n')).to.deep.equal(['éé', 'abcd']);
    expect(codeOf(() => decoded(lines({ max: 4 }), 'éé1\n'))).to.equal('TT_FRAME_TOO_LONG');
  });

  it('tells of a line that is too long before its end has come', () => {
    const decoder = lines({ max: 4 }).decoder();
    decoder.push(Buffer.from('abcd\r'));
    expect(decoder.next()).to.equal(undefined);
    decoder.push(Buffer.from('e'));
    expect(codeOf(() => decoder.next())).to.equal('TT_FRAME_TOO_LONG');
    decoder.push(Buffer.from('fghi\nok\n'));
    expect(framesOf(decoder)).to.deep.equal(['ok']);
  });

  it('takes what is behind the last end for a line where told to', () => {
    expect(decoded(lines({ lastWithoutEnd: true }), 'a\nb')).to.deep.equal(['a', 'b']);
    expect(decoded(lines({ lastWithoutEnd: true }), 'a\n')).to.deep.equal(['a']);
    expect(decoded(lines({ lastWithoutEnd: true, encoding: 'buffer' }), 'b')).to.deep.equal([Buffer.from('b')]);
  });

  it('gives lines longer than what is made into one text at once', () => {
    const long = ['x'.repeat(40_000), 'é'.repeat(20_000), 'short', 'y'.repeat(16_384), 'z'.repeat(16_383)];
    expect(decoded(lines(), `${long.join('\n')}\n`)).to.deep.equal(long);
  });

  it('writes the end that it is told to', () => {
    expect(lines().encode('é').toString()).to.equal('é\n');
    expect(lines({ end: '\r\n', encoding: 'latin1' }).encode('é')).to.deep.equal(Buffer.from([0xe9, 13, 10]));
  });

  for (const line of ['two\nlines', 'its end\r', 'x'.repeat(11), 5]) {
    it(`refuses to write ${JSON.stringify(line)}, which would not come back`, () => {
      expect(codeOf(() => lines({ max: 10 }).encode(line as string))).to.equal('TT_FRAME_NOT_ENCODED');
    });
  }
});
