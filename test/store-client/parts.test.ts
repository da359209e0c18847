import { isDeepStrictEqual } from 'node:util';
import { expect } from 'chai';
import fc from 'fast-check';
import { byPath, fits, fromWire, same, segmentsOf, toWire } from '../doors/store-client.js';
import { PatternTrie } from '../doors/store.js';
import { StoreTree } from '../../src/store/index.js';
import { howMany } from '../support/how-many.js';
import { covers } from '../doors/http-store.js';

const runs = { numRuns: howMany(300, 10_000) };
const name = fc.constantFrom('a', 'ab', 'b', '#0', '#10', 'l#2', 'l#10');
const path = fc.array(name, { minLength: 1, maxLength: 4 });
const pattern = fc.array(fc.constantFrom('a', 'ab', 'b', '*', '**', 'a*', '*b', '*a*', 'l#*'), {
  minLength: 1,
  maxLength: 4,
});

const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    fc.string(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.bigInt(),
    // Node holds two dates that are none to be different.
    fc.date({ noInvalidDate: true }),
    fc.uint8Array(),
    fc.float64Array(),
    fc.array(fc.oneof(tie('any'), fc.constant(undefined)), { maxLength: 3 }),
    fc.dictionary(fc.oneof(fc.constantFrom('$', 'v', '__proto__', 'x'), fc.string()), tie('any'), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
    fc.array(fc.tuple(fc.string(), tie('any')), { maxLength: 2 }).map((entries) => new Map(entries)),
    fc.array(tie('any'), { maxLength: 2 }).map((all) => new Set(all)),
  ),
})).any;

describe('What the client of a Store is made of', () => {
  it('finds the same paths by a pattern as the Store does', () => {
    fc.assert(
      fc.property(pattern, path, fc.boolean(), (one, at, recursive) => {
        const trie = new PatternTrie<true>();
        trie.add(one, recursive, true);
        expect(fits(one, at, recursive)).to.equal(trie.fits(at));
      }),
      runs,
    );
  });

  it('has paths in the order of the Store', () => {
    fc.assert(
      fc.property(fc.array(path, { minLength: 1 }), (paths) => {
        const tree = new StoreTree();
        for (const at of paths) tree.set(at.join('/'), 1);
        const inOrder = tree.dump().map(([at]) => at);
        expect([...inOrder].reverse().sort(byPath)).to.eql(inOrder);
      }),
      runs,
    );
  });

  it('sends an invalid Date, which arrives as an invalid Date', () => {
    const came = fromWire(JSON.parse(JSON.stringify(toWire(new Date(NaN)))));
    expect((came as Date).getTime()).to.be.NaN;
    expect(same(came, new Date(NaN))).to.equal(true);
  });

  it('sends every value as JSON, and it comes as it was', () => {
    fc.assert(
      fc.property(value, (one) => {
        const sent = JSON.stringify(toWire(one));
        const came = fromWire(JSON.parse(sent));
        expect(isDeepStrictEqual(came, one), sent).to.equal(true);
        expect(same(came, one)).to.equal(true);
        expect(JSON.stringify(toWire(came))).to.equal(sent);
      }),
      runs,
    );
  });

  it('reads whatever JSON comes, or says that it is no value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (json, tag) => {
        for (const wire of [
          json,
          { $: tag, v: json },
          { $: 'map', v: json },
          { $: 'Uint8Array', v: json },
          { $: 'date', v: json },
        ]) {
          try {
            fromWire(structuredClone(wire));
          } catch (thrown) {
            expect((thrown as Error).constructor.name).to.equal('WireError');
          }
        }
      }),
      runs,
    );
  });

  it('refuses an invalid path', () => {
    for (const bad of ['a//b', '\n', 'a/\u0000', 5, undefined])
      expect(() => segmentsOf(bad as string))
        .to.throw()
        .with.property('code', 'path');
    expect(segmentsOf('/a/b/')).to.eql(['a', 'b']);
    expect(segmentsOf('')).to.eql([]);
  });
});

describe('A right that covers a pattern', () => {
  it('covers every path that the pattern fits', () => {
    fc.assert(
      fc.property(pattern, pattern, fc.array(path, { minLength: 20, maxLength: 20 }), (wide, narrow, paths) => {
        if (!covers(wide, narrow)) return;
        for (const at of paths) if (fits(narrow, at, false)) expect(fits(wide, at, false), at.join('/')).to.equal(true);
      }),
      runs,
    );
  });
});
