import { expect } from 'chai';
import fc from 'fast-check';
import { linesOf, type Place, readJson } from '../doors/config.js';

function faultOf(text: string): string {
  const read = readJson(text);
  if (!('problem' in read)) throw new Error(`it was read: ${JSON.stringify(read.value)}`);
  return `${linesOf(text)(read.offset)} ${read.problem}`;
}

function parsed(text: string): unknown {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return 'fault';
  }
}

function readAs(text: string): unknown {
  const read = readJson(text);
  return 'problem' in read ? 'fault' : { value: read.value };
}

describe('a text of JSON', () => {
  it('is read as JSON.parse reads it, whatever the values and spaces', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, '\t'), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        expect(readAs(text)).to.deep.equal(parsed(text));
      }),
    );
  });

  it('is refused if JSON.parse refuses it, whichever character is changed', () => {
    const whole = '{"a": [1, -2.5e3, true, null], "b": {"c": "x\\u00e9\\n", "d": []}}';
    fc.assert(
      fc.property(
        fc.nat(whole.length - 1),
        fc.constantFrom(...'{}[]",:0-.eE+ \\\ntx'),
        fc.boolean(),
        (at, character, replaces) => {
          const text = whole.slice(0, at) + character + whole.slice(at + (replaces ? 1 : 0));
          expect(readAs(text), text).to.deep.equal(parsed(text));
        },
      ),
      { numRuns: 2000 },
    );
  });

  const faults: [string, string][] = [
    ['', '1:1 it is empty'],
    ['{\n  "a": 1,\n}', '3:1 a comma stands before the end of an object'],
    ['[1,]', '1:4 a comma stands before the end of a list'],
    ['{"a" 1}', '1:6 a colon is expected after the name of a member'],
    ['{a: 1}', '1:2 the name of a member is expected, in double quotes'],
    ['{"a": 1\n "b": 2}', '2:2 a comma or the end of the object is expected'],
    ['{"a": tru}', '1:7 a value is expected'],
    ["{'a': 1}", '1:2 the name of a member is expected, in double quotes'],
    ['{"a": // one\n 1}', '1:7 JSON has no comments'],
    ['{"a": 1', '1:8 it ends in the middle'],
    ['{"a": 1} x', '1:10 something follows the end of the JSON'],
    ['{"a": "x', '1:7 a text does not end, or holds a line break or a bad escape'],
    ['{"a": 1, "a": 2}', '1:10 a name stands twice in one object'],
    ['01', '1:2 something follows the end of the JSON'],
  ];
  for (const [text, fault] of faults) {
    it(`that is none says where and why: ${JSON.stringify(text)}`, () => {
      expect(faultOf(text)).to.equal(fault);
    });
  }

  it('may be a hundred levels deep and no more, so that nobody can exhaust the stack', () => {
    expect(readAs('['.repeat(100) + ']'.repeat(100))).to.not.equal('fault');
    expect(faultOf('['.repeat(200_000))).to.equal('1:101 it is deeper than 100 levels');
  });

  it('tells where each member and element begins', () => {
    const text = '{\n  "server": {"ports": [1,\n 22]}\n}';
    const { place } = readJson(text) as { place: Place };
    const at = linesOf(text);
    const shown: string[] = [];
    const show = ({ parts }: Place, path: string): void => {
      for (const [name, part] of parts) {
        shown.push(`${path}${name} ${at(part.offset)}`);
        show(part, `${path}${name}/`);
      }
    };
    show(place, '');
    expect(shown).to.deep.equal(['server 2:3', 'server/ports 2:14', 'server/ports/0 2:24', 'server/ports/1 3:2']);
  });

  it('never quotes the text in what is wrong with it, which may hold secrets', () => {
    expect(faultOf('{"password": hunter2}')).to.not.contain('hunter2');
  });

  it('makes members named __proto__ plain members, which change no prototype', () => {
    const read = readJson('{"__proto__": {"x": 1}}') as { value: object };
    expect(Object.getPrototypeOf(read.value)).to.equal(Object.prototype);
    expect(Object.keys(read.value)).to.deep.equal(['__proto__']);
  });
});
