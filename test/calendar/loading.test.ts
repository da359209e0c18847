import { readFileSync } from 'node:fs';
import { expect } from 'chai';

const LIB = new URL('../../dist/lib/', import.meta.url);

/** The packages and files that a file of the package imports, and those that they import. */
function loadedBy(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  const text = readFileSync(new URL(file, LIB), 'utf8');
  for (const [, from] of text.matchAll(/^(?:import|export) (?:[^'";]* from )?'([^']+)';$/gm)) {
    if (from!.startsWith('./')) loadedBy(from!.slice(2), found);
    else found.add(from!);
  }
  return found;
}

describe('the calendar library', () => {
  it('is loaded by tasktonic/calendar', () => {
    expect(loadedBy('calendar.js')).to.include('temporal-polyfill');
  });

  for (const entry of ['index.js', 'selector.js', 'tonics.js', 'eslint-plugin.js']) {
    it(`is not loaded by ${entry}`, () => {
      const loaded = loadedBy(entry);
      expect(loaded.size).to.be.greaterThan(1);
      expect(loaded).to.not.include('temporal-polyfill');
      expect(loaded).to.not.include('calendar.js');
    });
  }
});
