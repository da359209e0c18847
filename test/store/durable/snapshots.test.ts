import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Durable, Op, type StoreOps } from '../../doors/durable.js';
import { expectCode } from '../../support/errors.js';
import { applied, contentOf, Heard, loaded, Places, set } from './support/kept.js';
import { SystemError, TestDisk } from './support/test-disk.js';

const places = new Places();
afterEach(() => places.tidyUp());

describe('a snapshot', () => {
  it('stands for all batches before it, whose log is removed', async () => {
    const directory = places.directory();
    const durable = places.open({ directory });
    durable.append(1, set(['a', 1]));
    durable.append(2, set(['b', new Date(5)], ['a', 2]));
    await durable.saved();
    await durable.snapshot([set(['a', 2]), set(['b', new Date(5)])]);
    durable.append(3, set(['a', 3]));
    await durable.close();

    expect(readdirSync(directory).sort()).to.deep.equal(['log-0000000000000002', 'snapshot-0000000000000002']);
    const content = await contentOf({ directory });
    expect(content).to.deep.include({ version: 3, batches: 1, lost: [] });
    expect(content.given).to.deep.equal([set(['a', 2]), set(['b', new Date(5)]), set(['a', 3])]);
  });

  it('takes the place of the one before it', async () => {
    const directory = places.directory();
    const durable = places.open({ directory });
    for (let version = 1; version <= 4; version++) {
      durable.append(version, set(['a', version]));
      await durable.saved();
      await durable.snapshot([set(['a', version])]);
    }
    await durable.close();
    expect(readdirSync(directory).sort()).to.deep.equal(['log-0000000000000004', 'snapshot-0000000000000004']);
    expect(await contentOf({ directory })).to.deep.include({ version: 4, batches: 0, given: [set(['a', 4])] });
  });

  it('may be written again where nothing has changed, and of nothing', async () => {
    const directory = places.directory();
    const heard = new Heard();
    const durable = places.open({ directory }, heard);
    await durable.snapshot([]);
    await durable.snapshot([]);
    durable.append(1, set(['a', 1]));
    await durable.saved();
    await durable.snapshot([set(['a', 1])]);
    await durable.snapshot([set(['a', 1])]);
    await durable.close();
    expect(heard.warnings).to.deep.equal([]);
    expect(await contentOf({ directory })).to.deep.include({ version: 1, batches: 0, given: [set(['a', 1])] });
  });

  it('is taken a piece a time, each when the one before it is written', async () => {
    const test = new TestDisk();
    const durable = places.open({ directory: places.directory() }, new Heard(), test.disk);
    durable.append(1, set(['a', 1]));
    await durable.saved();
    const before: number[] = [];
    function* pieces(): Generator<StoreOps> {
      for (let piece = 0; piece < 5; piece++) {
        before.push(test.calls.filter((call) => call === 'write').length);
        yield set([`${piece}`, piece]);
      }
    }
    const written = durable.snapshot(pieces());
    expect(before).to.deep.equal([]);
    await written;
    // Before the first one: the batch, and the heads of the new log and of the snapshot.
    expect(before).to.deep.equal([3, 4, 5, 6, 7]);
  });

  it('is right where the content changes between its pieces: those batches are carried out again', async () => {
    const directory = places.directory();
    const durable = places.open({ directory });
    const values = new Map<string, unknown>();
    let version = 0;
    const write = (ops: StoreOps): void => {
      applied(values, ops);
      durable.append(++version, ops);
    };
    for (let n = 0; n < 10; n++) write(set([`p${n}`, n]));
    function* pieces(): Generator<StoreOps> {
      for (const path of [...values.keys()]) {
        if (values.has(path)) yield set([path, values.get(path)]);
        write(set(['p0', `after ${path}`], ['p9', `after ${path}`], [`new ${path}`, 1]));
        if (path === 'p5') write([Op.remove, 'p2', undefined, Op.remove, 'p8', undefined]);
      }
    }
    await durable.snapshot(pieces());
    write(set(['p1', 'last']));
    await durable.close();
    const { values: back, batches, version: last } = await contentOf({ directory });
    expect(Object.fromEntries(back)).to.deep.equal(Object.fromEntries(values));
    expect([batches, last]).to.deep.equal([11 + 1, 10 + 11 + 1]);
  });

  it('is due when the log has grown by so many bytes, and is larger than the last snapshot', async () => {
    const directory = places.directory();
    const durable = places.open({ directory, snapshotEvery: 1_000 });
    let version = 0;
    const writeUntilDue = async (): Promise<number> => {
      const before = version;
      while (!durable.snapshotDue) {
        durable.append(++version, set(['a', 'x'.repeat(100)]));
        await durable.saved();
      }
      return version - before;
    };
    expect(await writeUntilDue()).to.be.within(6, 9);
    const written = durable.snapshot([set(['long', 'x'.repeat(3_000)])]);
    expect(durable.snapshotDue, 'while it is written').to.be.false;
    await written;
    expect(await writeUntilDue()).to.be.within(18, 30);
    await durable.close();
    const reopened = places.open({ directory, snapshotEvery: 1_000 });
    expect(reopened.snapshotDue, 'of the log that was there').to.be.true;
  });

  it('that cannot be written is a warning, and leaves all as it is; it is due again later', async () => {
    const directory = places.directory();
    const test = new TestDisk();
    const heard = new Heard();
    const durable = places.open({ directory, snapshotEvery: 200 }, heard, test.disk);
    await appendUntilDue(durable, 1);
    let pieces = 0;
    test.before = (call) => {
      if (call === 'write' && ++pieces === 3) throw new SystemError('ENOSPC');
    };
    await durable.snapshot([set(['a', 1]), set(['b', 1])]);
    expect(heard.failures).to.deep.equal([]);
    expect(expectCode(heard.warnings[0], 'TT_STORE_SNAPSHOT').message).to.include('the disk is full (ENOSPC)');
    expect(durable.snapshotDue).to.be.false;
    expect(readdirSync(directory).join()).to.not.include('snapshot');
    const last = await appendUntilDue(durable, 1_000);
    await durable.close();
    expect((await contentOf({ directory })).version).to.equal(last);
  });

  for (const broken of ['create', 'write', 'rename'] as const)
    it(`for which not even a new log can be begun is one, too, and so is one that gets no name (${broken})`, async () => {
      const directory = places.directory();
      const test = new TestDisk();
      const heard = new Heard();
      const durable = places.open({ directory }, heard, test.disk);
      durable.append(1, set(['a', 1]));
      await durable.saved();
      let isBroken = true;
      test.before = (call) => {
        if (call === broken && isBroken) throw new SystemError('ENOSPC');
      };
      await durable.snapshot([set(['a', 1])]);
      expectCode(heard.warnings[0], 'TT_STORE_SNAPSHOT');
      isBroken = false;
      const logs = readdirSync(directory).filter((name) => name.startsWith('log'));
      expect(logs).to.have.lengthOf(broken === 'rename' ? 2 : 1);
      durable.append(2, set(['a', 2]));
      await durable.saved();
      await durable.snapshot([set(['a', 2])]);
      durable.append(3, set(['b', 3]));
      await durable.close();
      expect(heard).to.deep.include({ failures: [] });
      expect(heard.warnings).to.have.lengthOf(1);
      expect(readdirSync(directory).sort()).to.deep.equal(['log-0000000000000002', 'snapshot-0000000000000002']);
      expect(Object.fromEntries((await contentOf({ directory })).values)).to.deep.equal({ a: 2, b: 3 });
    });

  it('for which a log was begun that could neither be written nor removed leaves no trouble behind', async () => {
    const directory = places.directory();
    const test = new TestDisk();
    const durable = places.open({ directory }, new Heard(), test.disk);
    durable.append(1, set(['a', 1]));
    await durable.saved();
    let isBroken = true;
    test.before = (call) => {
      if (isBroken && (call === 'write' || call === 'remove')) throw new SystemError('EIO');
    };
    await durable.snapshot([set(['a', 1])]);
    isBroken = false;
    durable.append(2, set(['b', 2]));
    await durable.close();
    expect(readdirSync(directory)).to.have.lengthOf(2);
    expect(Object.fromEntries((await contentOf({ directory })).values)).to.deep.equal({ a: 1, b: 2 });
    expect(readdirSync(directory)).to.deep.equal(['log-0000000000000000']);
  });

  it('whose pieces throw is a warning', async () => {
    const heard = new Heard();
    const durable = places.open({ directory: places.directory() }, heard);
    durable.append(1, set(['a', 1]));
    await durable.snapshot(
      (function* () {
        yield set(['a', 1]);
        throw new Error('no more');
      })(),
    );
    expect(expectCode(heard.warnings[0], 'TT_STORE_SNAPSHOT').message).to.include('no more');
  });

  it('is given up when the Store is closed', async () => {
    const directory = places.directory();
    const durable = places.open({ directory });
    durable.append(1, set(['a', 1]));
    let ended = false;
    function* endless(): Generator<StoreOps> {
      try {
        for (;;) yield set(['a', 1]);
      } finally {
        ended = true;
      }
    }
    const written = durable.snapshot(endless());
    await durable.saved();
    await durable.close();
    await written;
    expect(ended).to.be.true;
    expect(readdirSync(directory).sort()).to.deep.equal(['log-0000000000000000', 'log-0000000000000001']);
  });

  // The new log and its name; the snapshot; the log once more, where not each write is waited for; the names, when it has its own.
  for (const [durability, expected] of [
    ['process', ['sync', 'sync', 'rename', 'syncDirectory', 'remove']],
    ['disk', ['sync', 'syncDirectory', 'sync', 'rename', 'syncDirectory', 'remove']],
  ] as const)
    it(`is on the disk before what it stands for is removed, with all of which it may show a part (${durability})`, async () => {
      const test = new TestDisk();
      const durable = places.open({ directory: places.directory(), durability }, new Heard(), test.disk);
      durable.append(1, set(['a', 1]));
      await durable.saved();
      const before = test.calls.length;
      await durable.snapshot([set(['a', 1])]);
      const calls = test.calls.slice(before).filter((call) => /^(sync|rename|remove)/.test(call));
      expect(calls).to.deep.equal(expected);
    });

  it('that was being written when all ended is removed', async () => {
    const directory = places.directory();
    await places.open({ directory }).close();
    writeFileSync(join(directory, 'snapshot.part'), 'half');
    writeFileSync(join(directory, 'notes of the user'), 'x');
    await contentOf({ directory });
    expect(readdirSync(directory).sort()).to.deep.equal(['log-0000000000000000', 'notes of the user']);
    expect(statSync(join(directory, 'log-0000000000000000')).size).to.equal(32);
  });
});

async function appendUntilDue(durable: Durable, first: number): Promise<number> {
  let version = first;
  for (; !durable.snapshotDue; version++) {
    durable.append(version, set(['a', version]));
    await durable.saved();
  }
  return version - 1;
}

describe('a snapshot that is opened again', () => {
  it('is loaded with what came after it', async () => {
    const directory = places.directory();
    const first = places.open({ directory });
    first.append(1, set(['a', 1]));
    await first.snapshot([set(['a', 1])]);
    await first.close();
    const second = places.open({ directory });
    loaded(second);
    second.append(2, set(['b', 2]));
    await second.close();
    expect(Object.fromEntries((await contentOf({ directory })).values)).to.deep.equal({ a: 1, b: 2 });
  });
});
