import { expect } from 'chai';
import { dotStuffed, lines } from '../../src/framing/index.js';
import { checkFraming } from '../../src/testing/index.js';
import { OneFrame } from '../doors/framing.js';
import { codeOf, decoded, errorOf } from './support/decoded.js';

const texts = dotStuffed({ encoding: 'latin1' });

describe('dotStuffed()', () => {
  it('ends a text with a dot on a line by itself', () => {
    expect(decoded(texts, 'a\r\nb\r\n.\r\nc\r\n.\r\n.\r\n')).to.deep.equal(['a\r\nb\r\n', 'c\r\n', '']);
  });

  it('takes the first dot off a line that begins with one', () => {
    expect(decoded(texts, '..\r\n.a\r\n...\r\nb..\r\n.\r\n')).to.deep.equal(['.\r\na\r\n..\r\nb..\r\n']);
  });

  // What ends a mail for one server and not for another one smuggles a second mail in.
  for (const end of ['\n.\n', '\n.\r\n', '\r\n.\n', '\r.\r', '\r\n.\r', '\r\n.\0\r\n'])
    it(`does not end a text at ${JSON.stringify(end)}`, () => {
      const decoder = texts.decoder();
      decoder.push(Buffer.from(`a${end}b\r\n`));
      expect(decoder.next()).to.equal(undefined);
      decoder.push(Buffer.from('.\r\n'));
      expect(decoder.next()).to.equal(`a${end}b\r\n`.replaceAll('\r\n.', '\r\n'));
    });

  it('writes a dot before each line that begins with one, and the end', () => {
    expect(String(texts.encode('.\r\n..x\r\na.\r\n'))).to.equal('..\r\n...x\r\na.\r\n.\r\n');
    expect(String(texts.encode(''))).to.equal('.\r\n');
  });

  it('refuses to write a text whose last line has no end', () => {
    for (const text of ['a', 'a\n', 'a\r', '\n'])
      expect(codeOf(() => texts.encode(text))).to.equal('TT_FRAME_NOT_ENCODED');
  });

  it('does not count the dots that are put before lines', () => {
    const framing = dotStuffed({ max: 6, encoding: 'latin1' });
    expect(decoded(framing, '..\r\n..\r\n.\r\n')).to.deep.equal(['.\r\n.\r\n']);
    expect(errorOf(() => decoded(framing, '..\r\n..x\r\n.\r\n'))?.code).to.equal('TT_FRAME_TOO_LONG');
  });

  it('holds at most what a text may have', () => {
    const decoder = dotStuffed({ max: 1_000, onTooLong: 'skip' }).decoder();
    for (let round = 0; round < 1_000; round++) {
      decoder.push(Buffer.from('.'.repeat(2 + (round % 7)).concat('\r\n')));
      expect(decoder.next()).to.equal(undefined);
      expect(decoder.buffered).to.be.below(2_100);
    }
  });

  it('reads its own texts, however they are cut', () => {
    checkFraming(texts, ['', '.\r\n', 'a\r\n', '..\r\n.\r\nb.\r\n\r\n', 'x'.repeat(300).concat('\r\n')]);
    checkFraming(dotStuffed(), ['.\r\n', '.\r\n..\r\n'.repeat(40)]);
  });
});

describe('a framing of one frame', () => {
  it('goes back to the framing behind it, with what has come', () => {
    const framing = new OneFrame<string, string>(texts, lines());
    expect(decoded(framing, 'a\r\n.\r\nQUIT\nNOOP\n')).to.deep.equal(['a\r\n', 'QUIT', 'NOOP']);
  });

  it('goes back to what one that is still to come would go back to', () => {
    const framing = new OneFrame<string, string>(texts, new OneFrame<string, string>(texts, lines()));
    expect(decoded(framing, 'a\r\n.\r\nb\r\n.\r\n')).to.deep.equal(['a\r\n', 'b', '.']);
  });

  it('writes as the framing behind it', () => {
    expect(String(new OneFrame<string, string>(texts, lines()).encode('.'))).to.equal('.\n');
  });

  it('tells of a frame that never ended', () => {
    for (const [text, code] of [
      ['a\r\n', 'TT_FRAME_INCOMPLETE'],
      [`${'x'.repeat(20)}\r\n`, 'TT_FRAME_TOO_LONG'],
    ] as const) {
      const decoder = new OneFrame<string, string>(dotStuffed({ max: 9, encoding: 'latin1' }), lines()).decoder();
      decoder.push(Buffer.from(text));
      expect(decoder.next()).to.equal(undefined);
      decoder.end();
      expect(codeOf(() => decoder.next())).to.equal(code);
    }
  });
});
