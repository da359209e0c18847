import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { expectCode, expectRejection, expectThrow } from '../../support/errors.js';
import { contentOf, Heard, loaded, Places, set } from './support/kept.js';
import { SystemError, TestDisk } from './support/test-disk.js';

const places = new Places();
afterEach(() => places.tidyUp());

describe('a disk that fails', () => {
  const failures = [
    { call: 'write', code: 'ENOSPC', part: 0, durability: 'process' },
    { call: 'write', code: 'ENOSPC', part: 0.6, durability: 'process' },
    { call: 'write', code: 'EIO', part: 1, durability: 'process' },
    { call: 'sync', code: 'EIO', part: 0, durability: 'disk' },
  ] as const;
  for (const { call, code, part, durability } of failures)
    it(`is told from which batch on nothing is kept; what was acknowledged is there, and nothing else (${call}: ${code}, ${part} done)`, async () => {
      const options = { directory: places.directory(), durability };
      const test = new TestDisk();
      test.partOf = (length) => Math.floor(length * part);
      const heard = new Heard();
      const durable = places.open(options, heard, test.disk);
      durable.append(1, set(['a', 1]));
      durable.append(2, set(['a', 2]));
      await durable.saved();

      let isBroken = true;
      test.before = (made) => {
        if (made === call && isBroken) throw new SystemError(code);
      };
      durable.append(3, set(['a', 3]));
      durable.append(4, set(['a', 4]));
      const error = await expectRejection(durable.saved(), 'TT_STORE_NOT_KEPT');
      expect(error.details).to.deep.include({ version: 3, directory: options.directory });
      expect(error.message).to.include(`(${code})`);
      expect(error.cause).to.have.property('code', code);
      expect(heard.failures).to.deep.equal([error]);

      // Also when there is room again: what comes later must not be there without what was before it.
      isBroken = false;
      expect(expectThrow(() => durable.append(5, set(['a', 5])), 'TT_STORE_NOT_KEPT')).to.equal(error);
      expect(await expectRejection(durable.saved(), 'TT_STORE_NOT_KEPT')).to.equal(error);
      await durable.snapshot([set(['a', 4])]);
      await durable.close();
      expect(heard).to.deep.include({ failures: [error], warnings: [] });

      const after = new Heard();
      expect(await contentOf(options, after)).to.deep.include({ version: 2, lost: [] });
      expect(after.warnings).to.deep.equal([]);
    });

  it('tells all who wait, also for what had not been tried', async () => {
    const test = new TestDisk();
    const heard = new Heard();
    const durable = places.open({ directory: places.directory() }, heard, test.disk);
    let writes = 0;
    test.before = (call) => {
      if (call === 'write' && ++writes > 1) throw new SystemError('ENOSPC');
    };
    durable.append(1, set(['a', 1]));
    const first = durable.saved();
    await Promise.resolve();
    await Promise.resolve();
    const large = 'x'.repeat(3_000_000);
    durable.append(2, set(['a', large]));
    const second = durable.saved();
    durable.append(3, set(['a', large]));
    const third = durable.saved();
    await first;
    const error = await expectRejection(second, 'TT_STORE_NOT_KEPT');
    expect(await expectRejection(third, 'TT_STORE_NOT_KEPT')).to.equal(error);
    expect(error.details['version']).to.equal(2);
    expect(heard.failures).to.have.lengthOf(1);
  });

  it('that cannot cut a part of a write leaves it to the next start', async () => {
    const directory = places.directory();
    const test = new TestDisk();
    test.partOf = (length) => length - 1;
    const durable = places.open({ directory }, new Heard(), test.disk);
    durable.append(1, set(['a', 1]));
    await durable.saved();
    test.before = (call) => {
      if (call === 'write' || call === 'truncate') throw new SystemError('EIO');
    };
    durable.append(2, set(['a', 2]));
    await expectRejection(durable.saved(), 'TT_STORE_NOT_KEPT');
    await durable.close();
    const heard = new Heard();
    expect((await contentOf({ directory }, heard)).version).to.equal(1);
    expectCode(heard.warnings[0], 'TT_STORE_CUT');
  });

  it('that takes a write in small parts is written to until all is there', async () => {
    const directory = places.directory();
    const test = new TestDisk();
    const { write } = test.disk;
    const disk = {
      ...test.disk,
      write: (fd: number, bytes: Uint8Array, at: number) => write(fd, bytes.subarray(0, 3), at),
    };
    const durable = places.open({ directory }, new Heard(), disk);
    durable.append(1, set(['a', 'some text']));
    await durable.snapshot([set(['a', 'some text'])]);
    durable.append(2, set(['b', 'more']));
    await durable.close();
    expect(Object.fromEntries((await contentOf({ directory })).values)).to.deep.equal({ a: 'some text', b: 'more' });
  });

  it('that gives what is read in small parts is read until all is there', async () => {
    const directory = places.directory();
    const durable = places.open({ directory });
    durable.append(1, set(['a', 'some text']));
    await durable.close();
    const { disk } = new TestDisk();
    const { read } = disk;
    const slow = { ...disk, read: (fd: number, into: Uint8Array, at: number) => read(fd, into.subarray(0, 7), at) };
    expect((await contentOf({ directory }, new Heard(), slow)).values.get('a')).to.equal('some text');
  });

  it('that takes nothing of a write, and does not say why, is one that fails', async () => {
    const test = new TestDisk();
    const durable = places.open({ directory: places.directory() }, new Heard(), {
      ...test.disk,
      write: () => Promise.resolve(0),
    });
    durable.append(1, set(['a', 1]));
    await expectRejection(durable.saved(), 'TT_STORE_NOT_KEPT');
  });

  it('at the start is told, and the directory is given back', async () => {
    const directory = places.directory();
    await places.open({ directory }).close();
    for (const broken of ['list', 'open', 'read', 'size'] as const) {
      const test = new TestDisk();
      test.before = (call) => {
        if (call === broken) throw new SystemError('EIO');
      };
      expect(
        expectThrow(() => places.open({ directory }, new Heard(), test.disk), 'TT_STORE_DIRECTORY').message,
      ).to.include('(EIO)');
      expect(readdirSync(directory)).to.deep.equal(['log-0000000000000000']);
    }
  });
});

describe('a directory that is removed while a Store is kept in it', () => {
  const removals = {
    'all of it': (directory: string) => rmSync(directory, { recursive: true }),
    'its log': (directory: string) => rmSync(join(directory, 'log-0000000000000000')),
    'another in its place': (directory: string) => {
      rmSync(directory, { recursive: true });
      mkdirSync(directory);
    },
  };
  for (const [what, remove] of Object.entries(removals))
    it(`is told with the next batch: ${what}`, async function () {
      if (process.platform === 'win32') return this.skip();
      const directory = places.directory();
      const heard = new Heard();
      const durable = places.open({ directory }, heard);
      durable.append(1, set(['a', 1]));
      await durable.saved();
      remove(directory);
      durable.append(2, set(['a', 2]));
      const error = await expectRejection(durable.saved(), 'TT_STORE_NOT_KEPT');
      expect(error.message).to.include('removed');
      expectThrow(() => durable.append(3, set(['a', 3])), 'TT_STORE_NOT_KEPT');
      await durable.close();
      return undefined;
    });

  it('may have another name: it is the same directory', async () => {
    const directory = places.directory();
    const durable = places.open({ directory });
    durable.append(1, set(['a', 1]));
    await durable.saved();
    renameSync(directory, `${directory}2`);
    durable.append(2, set(['a', 2]));
    await durable.saved();
    await durable.close();
    expect((await contentOf({ directory: `${directory}2` })).version).to.equal(2);
  });
});

describe('a disk that is full', () => {
  it('has all that was acknowledged; the Store starts again on it, and goes on when there is room', async function () {
    const directory = places.directory();
    const mount = dirname(directory);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=300k', 'tmpfs', mount], { encoding: 'utf8' });
    if (mounted.status !== 0) {
      console.log(`      skipped: no small disk can be mounted here (${mounted.stderr ?? mounted.error?.message})`);
      return this.skip();
    }
    try {
      writeFileSync(join(mount, 'something else'), 'x'.repeat(100_000));
      const heard = new Heard();
      const durable = places.open({ directory }, heard);
      let acknowledged = 0;
      const error = await (async () => {
        for (let version = 1; ; version++) {
          durable.append(version, set([`p${version}`, 'x'.repeat(1_000)]));
          await durable.saved();
          acknowledged = version;
        }
      })().catch((thrown: unknown) => expectCode(thrown, 'TT_STORE_NOT_KEPT'));
      expect(error.message).to.include('the disk is full (ENOSPC)');
      expect(error.details).to.deep.include({ version: acknowledged + 1 });
      expect(acknowledged).to.be.within(100, 200);
      await durable.close();

      const again = places.open({ directory });
      const { values, version, lost } = loaded(again);
      expect([values.size, version, lost]).to.deep.equal([acknowledged, acknowledged, []]);
      await again.close();

      rmSync(join(mount, 'something else'));
      const later = places.open({ directory });
      later.append(acknowledged + 1, set(['later', 'x'.repeat(10_000)]));
      await later.saved();
      await later.close();
      expect((await contentOf({ directory })).version).to.equal(acknowledged + 1);
      expect(statSync(directory).isDirectory()).to.be.true;
    } finally {
      await places.tidyUp().catch(() => {});
      spawnSync('umount', [mount]);
      rmSync(mount, { recursive: true, force: true });
    }
    return undefined;
  });
});
