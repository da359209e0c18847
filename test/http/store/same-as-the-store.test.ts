import { expect } from 'chai';
import fc from 'fast-check';
import type { StoreClient } from '../../doors/store-client.js';
import { howMany } from '../../support/how-many.js';
import { Line } from './support/line.js';

const name = fc.constantFrom('a', 'b', 'c');
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
const value = fc.oneof(
  fc.integer({ min: 0, max: 3 }),
  fc.constantFrom<unknown>(undefined, null, 'text', -0, 2n, new Date(1), [1, { x: NaN }], { $: 1 }),
);
const pairs = fc.array(fc.tuple(path, value), { minLength: 1, maxLength: 4 });
const which = fc.nat({ max: 1 });

const operation = fc.oneof(
  fc.record({ what: fc.constant('app sets' as const), pairs }),
  fc.record({ what: fc.constant('app removes' as const), path }),
  fc.record({ what: fc.constant('app links' as const), path, target: path }),
  fc.record({ what: fc.constant('app unlinks' as const), path }),
  fc.record({ what: fc.constant('app fails' as const), pairs }),
  { weight: 3, arbitrary: fc.record({ what: fc.constant('page sets' as const), which, pairs }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('some arrives' as const), which, count: fc.nat({ max: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('server looks' as const) }) },
  fc.record({ what: fc.constant('time passes' as const), ms: fc.nat({ max: 1_000 }) }),
  fc.record({ what: fc.constant('line is cut' as const), which }),
  fc.record({ what: fc.constant('page is slow' as const), which, room: fc.nat({ max: 2 }) }),
);
type Operation = typeof operation extends fc.Arbitrary<infer O> ? O : never;

describe('A copy on a page', () => {
  it('is the same as the Store after anything that may happen', async function () {
    this.timeout(120_000);
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 40 }), async (operations) => {
        const line = new Line({ behindPaths: 3, write: ['a/**', 'b/**'] });
        const pages = [line.page(['**']), line.page(['a/**', 'b/*', 'links/*/*'])];
        const heard = pages.map(mirrorOf);
        for (const page of pages) page.onRefused(() => {});
        await line.settle();
        for (const one of operations) await carryOut(line, pages, one);
        for (const socket of line.sockets) socket.room = Infinity;
        await line.settle();
        line.hands.forward(60_000);
        await line.settle();
        const all = whatIsThere(line);
        expect(pages[0]!.entries('**')).to.eql(all);
        const isFollowed = (at: string): boolean => /^(a\/.|b\/[^/]*$|links\/[^/]*\/[^/]*$)/.test(at);
        expect(pages[1]!.entries('**')).to.eql(all.filter(([at]) => isFollowed(at)));
        // Who has put together what was heard has the same.
        pages.forEach((page, at) => expect(new Map(page.entries('**'))).to.eql(heard[at]));
      }),
      { numRuns: howMany(150, 2_000) },
    );
  });
});

/** What a subscriber knows who keeps all that it hears; each event says what was there before. */
function mirrorOf(page: StoreClient): Map<string, unknown> {
  const mirror = new Map<string, unknown>();
  page.subscribe('**', (events) => {
    for (const { path: at, value: now, old } of events) {
      expect(mirror.get(at)).to.eql(old);
      if (now === undefined) mirror.delete(at);
      else mirror.set(at, now);
    }
  });
  return mirror;
}

/** All paths with a value, as one sees them who goes through links. */
function whatIsThere({ tree }: Line): [string, unknown][] {
  const all: [string, unknown][] = [];
  tree._ttPresent('**', '', (at, now) => all.push([at, now]) > 0);
  return all;
}

/** A place that nothing but links has. */
function linkAt(at: string): string {
  return `links/${at.replaceAll('/', '-')}`;
}

async function carryOut(line: Line, pages: readonly StoreClient[], one: Operation): Promise<void> {
  const sockets = (at: number) => line.sockets.filter((_, n) => n % 2 === at && line.sockets[n]!.closed === undefined);
  switch (one.what) {
    case 'app sets':
      line.tree.set(one.pairs as never);
      break;
    case 'app removes':
      line.tree.remove(one.path);
      break;
    case 'app links':
      line.tree.at(linkAt(one.path)).linkTo(one.target, { bubbleEvents: true });
      break;
    case 'app unlinks':
      line.tree.remove(linkAt(one.path));
      break;
    case 'app fails':
      try {
        line.tree.group(() => {
          line.tree.set(one.pairs as never);
          throw new Error('no');
        });
      } catch {
        // As if it had not been.
      }
      break;
    case 'page sets':
      pages[one.which]!.set(one.pairs as never);
      await Promise.resolve();
      break;
    case 'some arrives':
      for (const socket of sockets(one.which)) {
        if (socket.session === undefined) socket.open();
        for (let n = 0; n < one.count; n++) [socket.deliverToServer(), socket.deliverToPage()];
      }
      break;
    case 'server looks':
      line.look();
      break;
    case 'time passes':
      line.hands.forward(one.ms);
      await Promise.resolve();
      break;
    case 'line is cut':
      sockets(one.which)[0]?.close(1006);
      break;
    case 'page is slow':
      for (const socket of sockets(one.which)) socket.room = one.room;
  }
}
