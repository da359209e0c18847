import { expect } from 'chai';
import { terminalSafe } from '../../src/index.js';

describe('terminalSafe()', () => {
  it('writes what would steer a terminal so that it is seen', () => {
    expect(terminalSafe('\u001b[2Jhidden\rseen\u0007\u009b31m')).to.equal('\\x1b[2Jhidden\\x0dseen\\x07\\x9b31m');
    expect(terminalSafe('a\u202eb\u2028c')).to.equal('a\\u202eb\\u2028c');
  });

  it('leaves texts of all languages, tabs and line feeds as they are', () => {
    expect(terminalSafe('größe\t日本語 💡\n')).to.equal('größe\t日本語 💡\n');
  });
});
