import { readdirSync } from 'node:fs';
import { expect } from 'chai';
import { type Disk, Durable, type StoreOps } from '../../doors/durable.js';
import { howMany } from '../../support/how-many.js';
import { applied, contentOf, Heard, Places, set } from './support/kept.js';
import { TestDisk } from './support/test-disk.js';

const places = new Places();
afterEach(() => places.tidyUp());

const LAST = 12;

/** Each batch writes both, so that a half of one would show. */
function batch(version: number): StoreOps {
  return set(['first', version], [`own ${version}`, version], ['last', version]);
}

function contentAt(version: number): Record<string, unknown> {
  const values = new Map<string, unknown>();
  for (let one = 1; one <= version; one++) applied(values, batch(one));
  return Object.fromEntries([...values].sort());
}

interface Life {
  appended: number;
  acknowledged: number;
}

/** Writes batches, with snapshots between and meanwhile, until the end or the death of its disk. */
async function live(disk: Disk, directory: string, durability: 'process' | 'disk', life: Life): Promise<void> {
  const durable = Durable.open({ directory, durability }, new Heard(), disk);
  const values = new Map<string, unknown>();
  durable.load((ops) => applied(values, ops));
  const append = (): void => {
    if (life.appended === LAST) return;
    applied(values, batch(life.appended + 1));
    durable.append(++life.appended, batch(life.appended));
  };
  const saved = async (): Promise<void> => {
    const { appended } = life;
    await durable.saved();
    life.acknowledged = appended;
  };
  function* pieces(): Generator<StoreOps> {
    for (const path of [...values.keys()]) {
      yield set([path, values.get(path)]);
      if (path === 'own 2') append();
    }
  }
  for (let round = 0; round < 4; round++) {
    append();
    append();
    await saved();
    if (round % 2 === 1) await durable.snapshot(pieces());
    await saved();
  }
  await durable.close();
}

describe('a Store on disk whose process dies', () => {
  for (const durability of ['process', 'disk'] as const)
    for (const part of [0.5, 0, 1].slice(0, howMany(1, 3)))
      it(`has what was acknowledged, and whole batches only, at whichever call it dies (${durability}; ${part} of a write is done)`, async () => {
        const calls = await callsOfALife(durability);
        for (let at = 0; at < calls; at++) {
          const directory = places.directory();
          const test = new TestDisk();
          test.partOf = (length) => Math.floor(length * part);
          test.before = () => {
            if (test.calls.length > at) test.die();
          };
          const life = { appended: 0, acknowledged: 0 };
          await live(test.disk, directory, durability, life).catch(() => {});
          expect(test.isDead, `call ${at}`).to.be.true;
          await test.buried();

          const { version, values } = await contentOf({ directory, durability });
          const what = `dead at call ${at} (${test.calls.at(-1)})`;
          expect(version, what).to.be.within(life.acknowledged, life.appended);
          expect(Object.fromEntries([...values].sort()), what).to.deep.equal(contentAt(version));
          const left = readdirSync(directory);
          expect(left.filter((name) => name.startsWith('snapshot')).length, `${what}: ${left}`).to.be.at.most(1);
          expect(left.filter((name) => /part|lock/.test(name))).to.deep.equal([]);
          // And it goes on from there.
          await live(new TestDisk().disk, directory, durability, { appended: version, acknowledged: version });
          const end = await contentOf({ directory, durability });
          expect(Object.fromEntries([...end.values].sort()), what).to.deep.equal(contentAt(end.version));
          await places.tidyUp();
        }
      });
});

async function callsOfALife(durability: 'process' | 'disk'): Promise<number> {
  const test = new TestDisk();
  const life = { appended: 0, acknowledged: 0 };
  await live(test.disk, places.directory(), durability, life);
  expect(life.acknowledged).to.be.within(8, LAST);
  return test.calls.length;
}
