import { expect } from 'chai';
import { readCommand } from '../../src/framing/index.js';

const VERBS = ['mail', 'RCPT', 'data'] as const;
const read = (line: string): [string, string] | undefined => {
  const command = readCommand(line, VERBS);
  return command === undefined ? undefined : [command.verb, command.rest];
};

describe('readCommand()', () => {
  it('reads a word of the list, in upper or lower case, and what follows it', () => {
    expect(read('MAIL FROM:<a b> SIZE=7')).to.deep.equal(['mail', 'FROM:<a b> SIZE=7']);
    expect(read('rcpt TO:<c@d>')).to.deep.equal(['RCPT', 'TO:<c@d>']);
    expect(read('Data')).to.deep.equal(['data', '']);
  });

  it('leaves out white space around the word and around the rest', () => {
    expect(read('  data \t ')).to.deep.equal(['data', '']);
    expect(read('mail\t\t a  b ')).to.deep.equal(['mail', 'a  b']);
  });

  it('knows no other word, not one that only begins or ends so, nor an empty line', () => {
    for (const line of ['', '   ', 'mailx', 'mai', 'mail:x', 'x mail', 'finish', '__proto__', 'constructor', 'MAİL'])
      expect(read(line), line).to.equal(undefined);
  });

  it('is quick with a line that is all white space, or all one word', () => {
    for (const filler of [' ', 'x', '\t ']) expect(read(`${filler.repeat(1_000_000)}!`)).to.equal(undefined);
    expect(read(`mail${' '.repeat(1_000_000)}x`)).to.deep.equal(['mail', 'x']);
  });
});
