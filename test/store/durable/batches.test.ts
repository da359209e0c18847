import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Disk, nodeDisk, Op } from '../../doors/durable.js';
import { expectThrow, thrownBy } from '../../support/errors.js';
import { contentOf, Heard, loaded, Places, set } from './support/kept.js';
import { TestDisk } from './support/test-disk.js';

const places = new Places();
afterEach(() => places.tidyUp());

describe('batches on disk', () => {
  for (const durability of ['process', 'disk'] as const)
    it(`are given back in their order, kept for the end of the ${durability}`, async () => {
      const options = { directory: places.directory(), durability };
      const durable = places.open(options);
      expect(loaded(durable)).to.deep.include({ version: 0, batches: 0, lost: [], given: [] });
      durable.append(1, set(['a', 1], ['b', { c: [true, null] }]));
      durable.append(2, [
        Op.remove,
        'a',
        undefined,
        Op.make,
        'd',
        undefined,
        Op.link,
        'e',
        ['b', true],
        Op.link,
        'f',
        undefined,
      ]);
      await durable.saved();
      durable.append(7, set(['a', 'ä€𝄞']));
      await durable.close();

      const content = await contentOf(options);
      expect(content).to.deep.include({ version: 7, batches: 3, lost: [] });
      expect(content.given).to.deep.equal([
        [Op.set, 'a', 1, Op.set, 'b', { c: [true, null] }],
        [Op.remove, 'a', undefined, Op.make, 'd', undefined, Op.link, 'e', ['b', true], Op.link, 'f', undefined],
        [Op.set, 'a', 'ä€𝄞'],
      ]);
    });

  it('go on from what was there when the directory is opened again, however often', async () => {
    const options = { directory: places.directory() };
    for (let round = 1; round <= 5; round++) {
      const durable = places.open(options);
      expect(loaded(durable)).to.deep.include({ version: round - 1, batches: round - 1 });
      durable.append(round, set([`${round}`, round]));
      await durable.close();
    }
    expect([...(await contentOf(options)).values.values()]).to.deep.equal([1, 2, 3, 4, 5]);
  });

  it('leave out where changes came from, and batches that have nothing else', async () => {
    const options = { directory: places.directory() };
    const durable = places.open(options);
    durable.append(1, [Op.source, '', ['a user', false], Op.set, 'a', 1]);
    durable.append(2, [Op.source, '', ['a user', true]]);
    await durable.close();
    expect(await contentOf(options)).to.deep.include({ version: 1, given: [set(['a', 1])] });
  });

  it('may be as large as memory allows', async () => {
    const options = { directory: places.directory() };
    const durable = places.open(options);
    const long = 'ä'.repeat(3_000_000);
    for (let version = 1; version <= 4; version++) durable.append(version, set(['long', long + version]));
    await durable.close();
    const { values, batches } = await contentOf(options);
    expect(batches).to.equal(4);
    expect(values.get('long') === `${long}4`).to.be.true;
  });

  it('must come in the order of their versions', () => {
    const durable = places.open({ directory: places.directory() });
    durable.append(2, set(['a', 1]));
    expect(thrownBy(() => durable.append(2, set(['a', 2])))).to.be.instanceOf(RangeError);
  });

  it('are refused when it is closed', async () => {
    const durable = places.open({ directory: places.directory() });
    await durable.close();
    expectThrow(() => durable.append(1, set(['a', 1])), 'TT_STORE_NOT_KEPT');
  });

  it('are not taken where a value cannot be kept, and the others are', async () => {
    const options = { directory: places.directory() };
    const durable = places.open(options);
    const shared = set(['b', 1], ['a', new SharedArrayBuffer(1)]);
    for (const body of [() => durable.check(shared), () => durable.append(1, shared)])
      expect(expectThrow(body, 'TT_STORE_NOT_DURABLE').details).to.deep.equal({
        path: 'a',
        what: 'a SharedArrayBuffer',
      });
    durable.check(set(['a', 1]));
    durable.append(1, set(['a', 1]));
    await durable.close();
    expect((await contentOf(options)).given).to.deep.equal([set(['a', 1])]);
  });

  it('are in files that only their owner can read, in a directory that only he can enter', async function () {
    if (process.platform === 'win32') return this.skip();
    const directory = join(places.directory(), 'within', 'store');
    const durable = places.open({ directory });
    durable.append(1, set(['a', 1]));
    await durable.snapshot([set(['a', 1])]);
    expect(statSync(directory).mode & 0o777).to.equal(0o700);
    const names = readdirSync(directory);
    expect(names).to.have.lengthOf(3);
    for (const name of names) expect(statSync(join(directory, name)).mode & 0o777, name).to.equal(0o600);
    return undefined;
  });
});

describe('subtrees that are kept', () => {
  const only = ['/sensors/inside/', 'users'];

  it('are all that is written', async () => {
    const directory = places.directory();
    const durable = places.open({ directory, only });
    expect(durable.subtrees).to.deep.equal(['sensors/inside', 'users']);
    durable.append(
      1,
      set(['sensors/inside', 1], ['sensors/inside/#0', 2], ['sensors/insideout', 3], ['sensors', 4], ['', 5]),
    );
    const elsewhere = set(['other', new SharedArrayBuffer(1)]);
    durable.check(elsewhere);
    durable.append(2, elsewhere);
    durable.append(3, set(['users/ann', 6]));
    await durable.close();
    const { version, values } = await contentOf({ directory });
    expect(version).to.equal(3);
    expect([...values]).to.deep.equal([
      ['sensors/inside', 1],
      ['sensors/inside/#0', 2],
      ['users/ann', 6],
    ]);
  });

  it('go with a node above them that is removed, and stay when the root only loses its value', async () => {
    const directory = places.directory();
    const durable = places.open({ directory, only });
    durable.append(1, set(['sensors/inside/#0', 2], ['users', 3]));
    durable.append(2, [Op.remove, 'sensors', undefined]);
    durable.append(3, [Op.remove, '', undefined]);
    await durable.close();
    expect([...(await contentOf({ directory })).values]).to.deep.equal([['users', 3]]);
  });

  it('are all that is loaded, and all that goes into a snapshot', async () => {
    const directory = places.directory();
    const durable = places.open({ directory });
    durable.append(1, set(['users/ann', 1], ['other', 2]));
    await durable.close();
    expect([...(await contentOf({ directory, only })).values]).to.deep.equal([['users/ann', 1]]);
    const narrowed = places.open({ directory, only });
    await narrowed.snapshot([set(['other', 2]), set(['users/ann', 1], ['other', 2])]);
    await narrowed.close();
    expect([...(await contentOf({ directory })).values]).to.deep.equal([['users/ann', 1]]);
  });
});

describe('what waits to be written', () => {
  let isEnded = false;
  const waiting: (() => void)[] = [];
  beforeEach(() => {
    isEnded = false;
  });
  // Before all is tidied up.
  afterEach(() => {
    isEnded = true;
    for (const go of waiting.splice(0)) go();
  });

  /** A disk whose writes wait until they are let go. */
  function slowDisk() {
    const test = new TestDisk();
    const writes: number[] = [];
    const disk: Disk = {
      ...test.disk,
      write: async (fd, bytes, position) => {
        writes.push(bytes.length);
        if (!isEnded) await new Promise<void>((resolve) => waiting.push(resolve));
        return nodeDisk.write(fd, bytes, position);
      },
    };
    const go = async (): Promise<void> => {
      while (waiting.length === 0) await new Promise((resolve) => setImmediate(resolve));
      waiting.shift()!();
    };
    return { disk, writes, go, calls: test.calls };
  }

  it('goes together in one write: what comes in one turn, and what comes while that is written', async () => {
    const { disk, writes, go } = slowDisk();
    const durable = places.open({ directory: places.directory() }, new Heard(), disk);
    for (let version = 1; version <= 100; version++) durable.append(version, set(['a', version]));
    const first = durable.saved();
    await Promise.resolve();
    await Promise.resolve();
    for (let version = 101; version <= 200; version++) durable.append(version, set(['a', version]));
    const second = durable.saved();
    await go();
    await first;
    expect(durable.waiting.batches).to.equal(100);
    await go();
    await second;
    expect(writes).to.have.lengthOf(2);
    expect(durable.waiting).to.deep.equal({ batches: 0, bytes: 0 });
  });

  it('is bounded in its batches', async () => {
    const { disk, go } = slowDisk();
    const options = { directory: places.directory(), waitingLimit: { batches: 3 } };
    const durable = places.open(options, new Heard(), disk);
    for (let version = 1; version <= 3; version++) durable.append(version, set(['a', version]));
    expectThrow(() => durable.append(4, set(['a', 4])), 'TT_STORE_FULL');
    await go();
    await durable.saved();
    durable.append(4, set(['a', 4]));
    await go();
    await durable.close();
    expect((await contentOf(options)).batches).to.equal(4);
  });

  it('is bounded in its bytes, as they are written; one batch alone may have more', async () => {
    const { disk, go } = slowDisk();
    const options = { directory: places.directory(), waitingLimit: { bytes: 1_000 } };
    const durable = places.open(options, new Heard(), disk);
    durable.append(1, set(['a', 'x'.repeat(2_000)]));
    expectThrow(() => durable.append(2, set(['a', 1])), 'TT_STORE_FULL');
    await go();
    await durable.saved();
    durable.append(2, set(['a', 'x'.repeat(300)]));
    durable.append(3, set(['a', 'x'.repeat(300)]));
    expect(durable.waiting.bytes).to.be.within(600, 700);
    expectThrow(() => durable.append(4, set(['a', '€'.repeat(125)])), 'TT_STORE_FULL');
    durable.append(4, set(['a', 'x'.repeat(300)]));
    await go();
    await durable.close();
    expect((await contentOf(options)).batches).to.equal(4);
  });

  it('costs nothing while nothing waits, and saved() resolves at once', async () => {
    const { disk, calls } = slowDisk();
    const durable = places.open({ directory: places.directory() }, new Heard(), disk);
    const before = calls.length;
    await durable.saved();
    await new Promise((resolve) => setImmediate(resolve));
    expect(calls).to.have.lengthOf(before);
  });

  it('can be waited for again at once by who has just waited', async () => {
    const durable = places.open({ directory: places.directory() });
    for (let version = 1; version <= 20; version++) {
      durable.append(version, set(['a', version]));
      await durable.saved().then(() => durable.saved());
    }
  });

  it('is on the disk when it is saved, where that is asked for', async () => {
    for (const durability of ['process', 'disk'] as const) {
      const test = new TestDisk();
      const durable = places.open({ directory: places.directory(), durability }, new Heard(), test.disk);
      const before = test.calls.length;
      durable.append(1, set(['a', 1]));
      await durable.saved();
      const synced = durability === 'disk' ? ['sync'] : [];
      expect(test.calls.slice(before)).to.deep.equal(['isNamed', 'isNamed', 'write', ...synced]);
    }
  });
});

describe('options of a Store on disk', () => {
  it('are checked before anything is made', () => {
    const directory = places.directory();
    for (const options of [
      {},
      { directory: '' },
      { directory, durability: 'ram' },
      { directory, waitingLimit: { batches: 0 } },
    ])
      expectThrow(() => places.open(options as never), 'TT_BAD_OPTION');
    expect(thrownBy(() => statSync(directory))).to.have.property('code', 'ENOENT');
  });

  it('name a directory that can be one', () => {
    const directory = places.directory();
    const inFile = `${process.execPath}/store`;
    expect(expectThrow(() => places.open({ directory: inFile }), 'TT_STORE_DIRECTORY').message).to.include(inFile);
    // Nobody makes a directory there, and it says that there is none to make it in.
    const inSystem = '/proc/store/kept';
    if (process.platform === 'linux')
      expect(expectThrow(() => places.open({ directory: inSystem }), 'TT_STORE_DIRECTORY').message).to.include(
        inSystem,
      );
    const heard = new Heard();
    const test = new TestDisk();
    test.before = (call) => {
      if (call === 'create') throw Object.assign(new Error('no'), { code: 'EROFS' });
    };
    const error = expectThrow(() => places.open({ directory }, heard, test.disk), 'TT_STORE_DIRECTORY');
    expect(error.message).to.include('the disk can only be read (EROFS)');
  });
});
