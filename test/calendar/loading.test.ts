import { readFileSync } from 'node:fs';
import { expect } from 'chai';

const LIB = new URL('../../dist/lib/', import.meta.url);

/** The files of the package that one of them imports, and those that they import, with their texts. */
function loadedBy(file: string, found = new Map<string, string>()): Map<string, string> {
  if (found.has(file)) return found;
  const text = readFileSync(new URL(file, LIB), 'utf8');
  found.set(file, text);
  for (const [, from] of text.matchAll(/^(?:import|export) (?:[^'";]* from )?'\.\/([^']+)';$/gm))
    loadedBy(from!, found);
  return found;
}

/** Whether something that an entry loads asks for a package. */
function asksFor(entry: string, name: string): boolean {
  return [...loadedBy(entry).values()].some((text) => text.includes(`'${name}'`));
}

describe('the calendar library', () => {
  it('is asked for by tasktonic/calendar', () => {
    expect(asksFor('calendar.js', 'temporal-polyfill')).to.be.true;
  });

  it('is not imported, so that Node may have it, or an error say what to install', () => {
    const texts = [...loadedBy('calendar.js').values()].join('\n');
    expect(texts).to.not.match(/^import [^;]*'temporal-polyfill'/m);
  });

  for (const entry of ['index.js', 'framing.js', 'store.js', 'testing.js', 'diagram.js', 'eslint-plugin.js']) {
    it(`is not asked for by ${entry}`, () => {
      expect([...loadedBy(entry).keys()])
        .to.include(entry)
        .and.to.not.include('calendar.js');
      expect(asksFor(entry, 'temporal-polyfill')).to.be.false;
    });
  }
});

describe('the parser of JavaScript', () => {
  it('is asked for by tasktonic/diagram, and by nothing that a server loads', () => {
    expect(
      ['diagram.js', 'index.js', 'framing.js', 'calendar.js'].map((entry) => asksFor(entry, 'acorn')),
    ).to.deep.equal([true, false, false, false]);
  });
});
