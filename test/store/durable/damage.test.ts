import {
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { checksum, checksumByTable } from '../../doors/durable.js';
import { expectCode, expectThrow } from '../../support/errors.js';
import { howMany } from '../../support/how-many.js';
import { contentOf, Heard, loaded, Places, set } from './support/kept.js';

const places = new Places();
afterEach(() => places.tidyUp());

const LOG = 'log-0000000000000000';

/** A directory with so many batches, each in a record of its own. */
async function written(batches: number, size = 1): Promise<string> {
  const directory = places.directory();
  const durable = places.open({ directory });
  for (let version = 1; version <= batches; version++) {
    durable.append(version, set([`p${version}`, 'x'.repeat(size)]));
    await durable.saved();
  }
  await durable.close();
  return directory;
}

/** Where the records of a log begin, and where the last one ends. */
function recordsOf(path: string): number[] {
  const bytes = readFileSync(path);
  const at = [32];
  while (at.at(-1)! < bytes.length) at.push(at.at(-1)! + 24 + bytes.readUInt32LE(at.at(-1)! + 4));
  return at;
}

function flip(path: string, offset: number, bit = 0): void {
  const bytes = readFileSync(path);
  bytes[offset]! ^= 1 << bit;
  writeFileSync(path, bytes);
}

function names(batches: number): string[] {
  return Array.from({ length: batches }, (_, at) => `p${at + 1}`);
}

describe('a log that ends too early', () => {
  it('loads the batches that are whole, wherever it ends, and goes on from there', async () => {
    const whole = await written(4);
    const bytes = readFileSync(join(whole, LOG));
    const ends = recordsOf(join(whole, LOG));
    for (let size = 0; size < bytes.length; size++) {
      const directory = places.directory();
      mkdirSync(directory, { recursive: true });
      writeFileSync(join(directory, LOG), bytes.subarray(0, size));
      const heard = new Heard();
      const durable = places.open({ directory }, heard);
      const { values, version, lost } = loaded(durable);
      const count = ends.filter((end) => end > 32 && end <= size).length;
      expect([...values.keys()], `${size} bytes`).to.deep.equal(names(count));
      expect(version).to.equal(count);
      const torn = size - (ends.findLast((end) => end <= size) ?? 0);
      expect(lost.map(({ bytes: some }) => some)).to.deep.equal(torn > 0 ? [torn] : []);
      expect(heard.warnings).to.have.lengthOf(torn > 0 ? 1 : 0);

      durable.append(count + 1, set([`p${count + 1}`, 1]));
      await durable.close();
      const after = new Heard();
      expect([...(await contentOf({ directory }, after)).values.keys()]).to.deep.equal(names(count + 1));
      expect(after.warnings).to.deep.equal([]);
      rmSync(directory, { recursive: true });
    }
  });

  it('tells where and how much was cut off', async () => {
    const directory = await written(3);
    const path = join(directory, LOG);
    writeFileSync(path, readFileSync(path).subarray(0, -5));
    const [, , begin] = recordsOf(path);
    const bytes = statSync(path).size - begin!;
    const heard = new Heard();
    const { lost } = await contentOf({ directory }, heard);
    expect(lost).to.have.lengthOf(1);
    expect(lost[0]).to.deep.include({ file: path, offset: begin, bytes, kind: 'torn' });
    const error = expectCode(heard.warnings[0], 'TT_STORE_CUT');
    expect(error.message).to.include(`${bytes} bytes of ${path}, from byte ${begin} on`);
    expect(statSync(path).size).to.equal(begin);
  });

  it('may end in zeros, as a machine leaves it that has lost its power', async () => {
    const directory = await written(3);
    const path = join(directory, LOG);
    const bytes = readFileSync(path);
    writeFileSync(path, Buffer.concat([bytes.fill(0, bytes.length - 10), Buffer.alloc(5_000)]));
    expect([...(await contentOf({ directory })).values.keys()]).to.deep.equal(names(2));
  });
});

describe('a flipped bit', () => {
  it('is found, wherever it is: nothing wrong is loaded, and nothing is left out in silence', async () => {
    const whole = await written(3);
    const bytes = readFileSync(join(whole, LOG));
    const lastRecord = recordsOf(join(whole, LOG)).at(-2)!;
    for (let offset = 0; offset < bytes.length; offset++)
      for (let bit = offset % howMany(8, 1); bit < 8; bit += howMany(8, 1)) {
        const directory = places.directory();
        mkdirSync(directory, { recursive: true });
        writeFileSync(join(directory, LOG), bytes);
        flip(join(directory, LOG), offset, bit);
        const heard = new Heard();
        const what = `bit ${bit} of byte ${offset}`;
        if (offset < lastRecord) {
          const error = await contentOf({ directory }, heard).catch((thrown: Error) => thrown);
          expect(error, what).to.have.property('code').that.is.oneOf(['TT_STORE_DAMAGED', 'TT_STORE_FORMAT']);
          const left = readFileSync(join(directory, LOG));
          flip(join(directory, LOG), offset, bit);
          expect(readFileSync(join(directory, LOG)).equals(bytes) && left.length === bytes.length, 'untouched').to.be
            .true;
        } else {
          const { values } = await contentOf({ directory }, heard);
          expect([...values.keys()], what).to.deep.equal(names(2));
          expect(heard.warnings, what).to.have.lengthOf(1);
        }
        rmSync(directory, { recursive: true });
      }
  });

  it('in a snapshot is found, wherever it is', async () => {
    const directory = await written(2);
    const durable = places.open({ directory });
    await durable.snapshot([set(['p1', 1]), set(['p2', 2])]);
    await durable.close();
    const path = join(directory, 'snapshot-0000000000000002');
    const { size } = statSync(path);
    for (let offset = 0; offset < size; offset++) {
      flip(path, offset, offset % 8);
      const error = await contentOf({ directory }).catch((thrown: Error) => thrown);
      expect(error, `byte ${offset}`).to.have.property('code').that.is.oneOf(['TT_STORE_DAMAGED', 'TT_STORE_FORMAT']);
      flip(path, offset, offset % 8);
    }
    expect((await contentOf({ directory })).values.size).to.equal(2);
  });
});

describe('damage in the middle of a log', () => {
  it('is refused, with the file, the place and what would be lost; nothing is changed', async () => {
    const directory = await written(5);
    const path = join(directory, LOG);
    const begin = recordsOf(path)[2]!;
    flip(path, begin + 30);
    const before = readFileSync(path);
    const error = expectThrow(() => places.open({ directory }), 'TT_STORE_DAMAGED');
    expect(error.details).to.deep.include({ file: path, offset: begin });
    expect(error.message).to.include('The batches from 3 to 5 would be lost');
    expect(readFileSync(path).equals(before)).to.be.true;
    expect(readdirSync(directory), 'the lock is given back').to.deep.equal([LOG]);
  });

  it('is cut, where that is asked for, and told', async () => {
    const directory = await written(5);
    const path = join(directory, LOG);
    const begin = recordsOf(path)[2]!;
    flip(path, begin + 30);
    const heard = new Heard();
    const durable = places.open({ directory, damaged: 'cut' }, heard);
    const { values, version, lost } = loaded(durable);
    expect([...values.keys()]).to.deep.equal(names(2));
    expect(version).to.equal(2);
    expect(lost[0]).to.deep.include({ file: path, offset: begin, kind: 'damaged', why: 'its checksum is not right' });
    expectCode(heard.warnings[0], 'TT_STORE_CUT');
    expect(durable.snapshotDue, 'what is left is to be written anew').to.be.true;
    durable.append(3, set(['p3', 'new']));
    await durable.close();
    expect([...(await contentOf({ directory })).values.keys()]).to.deep.equal(names(3));
  });

  it('is found behind a length that leads beyond the end', async () => {
    const directory = await written(5);
    const path = join(directory, LOG);
    flip(path, recordsOf(path)[1]! + 7, 6);
    expectThrow(() => places.open({ directory }), 'TT_STORE_DAMAGED');
  });

  it('is found where what is whole lies far behind it', async () => {
    const directory = await written(4, 1_100_000);
    const path = join(directory, LOG);
    const [first, second, third, fourth] = recordsOf(path);
    const bytes = readFileSync(path);
    bytes.fill(0xaa, first! + 10, third! - 7);
    writeFileSync(path, bytes);
    const error = expectThrow(() => places.open({ directory }), 'TT_STORE_DAMAGED');
    expect(error.message).to.include('1 to 4');
    bytes.fill(0x61, second! + 10, fourth! + 30);
    writeFileSync(path, bytes);
    const heard = new Heard();
    expect((await contentOf({ directory }, heard)).values.size, 'nothing behind it').to.equal(0);
    expect(heard.warnings).to.have.lengthOf(1);
  });
});

describe('a whole record behind a damage', () => {
  // It is looked for in pieces of a MiB, from behind the place where a record should have begun.
  const MIB = 1024 * 1024;
  for (const before of [0, 1, 10, 23, 24, 25])
    it(`is found where it begins ${before} bytes before the end of what is looked at together`, async () => {
      const begin = 33 + MIB - before;
      // Of a record: its head of 24 bytes, and 15 around the text.
      const directory = await written(1, begin - 32 - 24 - 15);
      const durable = places.open({ directory });
      durable.append(2, set(['p2', 1]));
      await durable.close();
      expect(recordsOf(join(directory, LOG))[1]).to.equal(begin);
      flip(join(directory, LOG), 100);
      expectThrow(() => places.open({ directory }), 'TT_STORE_DAMAGED');
    });
});

describe('a record that stands there twice', () => {
  it('is carried out once', async () => {
    const directory = await written(3);
    const path = join(directory, LOG);
    const [first, second] = recordsOf(path);
    const bytes = readFileSync(path);
    writeFileSync(path, Buffer.concat([bytes, bytes.subarray(first, second)]));
    const heard = new Heard();
    expect(await contentOf({ directory }, heard)).to.deep.include({ version: 3, batches: 3 });
    expectCode(heard.warnings[0], 'TT_STORE_CUT');
  });
});

describe('files that have other names than they were given', () => {
  it('are refused', async () => {
    const directory = await written(2);
    const durable = places.open({ directory });
    await durable.snapshot([set(['p1', 1])]);
    await durable.close();
    for (const kind of ['log', 'snapshot'])
      renameSync(join(directory, `${kind}-0000000000000002`), join(directory, `${kind}-0000000000000003`));
    const error = expectThrow(() => places.open({ directory }), 'TT_STORE_DAMAGED');
    expect(error.message).to.include('its head is not right');
  });
});

describe('a file that is missing', () => {
  /** A snapshot, and two logs after it: the next snapshot was never written. */
  async function withTwoLogs(): Promise<string> {
    const directory = await written(2);
    const durable = places.open({ directory });
    await durable.snapshot([set(['p1', 1]), set(['p2', 1])]);
    durable.append(3, set(['p3', 1]));
    await durable.snapshot(
      (function* () {
        durable.append(4, set(['p4', 1]));
        yield set(['p1', 1]);
        throw new Error('no snapshot');
      })(),
    );
    await durable.close();
    expect(readdirSync(directory).sort()).to.deep.equal([
      'log-0000000000000002',
      'log-0000000000000003',
      'snapshot-0000000000000002',
    ]);
    return directory;
  }

  it('is not missed while all are there', async () => {
    expect([...(await contentOf({ directory: await withTwoLogs() })).values.keys()]).to.deep.equal(names(4));
  });

  for (const [missing, kept] of [
    ['log-0000000000000002', 2],
    ['snapshot-0000000000000002', 0],
  ] as const)
    it(`is told: ${missing}; without it what goes before it is loaded, where that is asked for`, async () => {
      const directory = await withTwoLogs();
      rmSync(join(directory, missing));
      expectThrow(() => places.open({ directory }), 'TT_STORE_DAMAGED');
      const durable = places.open({ directory, damaged: 'cut' });
      const { values, version } = loaded(durable);
      expect([...values.keys()]).to.deep.equal(names(kept));
      durable.append(version + 1, set([`p${kept + 1}`, 1]));
      await durable.close();
      expect([...(await contentOf({ directory })).values.keys()]).to.deep.equal(names(kept + 1));
    });

  for (const offset of [40, 5])
    it(`is as if it were one, what is damaged and followed by another log (byte ${offset})`, async () => {
      const directory = await withTwoLogs();
      flip(join(directory, 'log-0000000000000002'), offset);
      const error = expectThrow(() => places.open({ directory }), 'TT_STORE_DAMAGED');
      expect(error.message).to.include('The batches from 3 to ');
      const heard = new Heard();
      const durable = places.open({ directory, damaged: 'cut' }, heard);
      expect([...loaded(durable).values.keys()]).to.deep.equal(names(2));
      expect(heard.warnings).to.have.lengthOf(2);
      durable.append(3, set(['p3', 'new']));
      await durable.close();
      expect((await contentOf({ directory })).values.get('p3')).to.equal('new');
    });

  it('is told: the only log behind a snapshot', async () => {
    const directory = await written(2);
    const durable = places.open({ directory });
    await durable.snapshot([set(['p1', 1]), set(['p2', 1])]);
    await durable.close();
    rmSync(join(directory, 'log-0000000000000002'));
    expectThrow(() => places.open({ directory }), 'TT_STORE_DAMAGED');
    const heard = new Heard();
    expect([...(await contentOf({ directory, damaged: 'cut' }, heard)).values.keys()]).to.deep.equal(names(2));
    expect(heard.warnings[0]?.message).to.include('the log that follows it is missing');
    expect([...(await contentOf({ directory })).values.keys()]).to.deep.equal(names(2));
  });

  it('is told: a log that was cut before the last batch of which the snapshot has a part', async () => {
    const directory = await written(1);
    const durable = places.open({ directory });
    await durable.snapshot(
      (function* () {
        yield set(['p1', 1]);
        durable.append(2, set(['p2', 1], ['p3', 1]));
        yield set(['p2', 1]);
      })(),
    );
    await durable.close();
    writeFileSync(
      join(directory, 'log-0000000000000001'),
      readFileSync(join(directory, 'log-0000000000000001')).subarray(0, -1),
    );
    const error = expectThrow(() => places.open({ directory }), 'TT_STORE_DAMAGED');
    expect(error.message).to.include('it ends before batch 2');
  });
});

describe('a damaged snapshot', () => {
  it('is refused where its end is missing, however much of it', async () => {
    const directory = await written(2);
    const durable = places.open({ directory });
    await durable.snapshot([set(['p1', 1]), set(['p2', 2])]);
    await durable.close();
    const path = join(directory, 'snapshot-0000000000000002');
    const bytes = readFileSync(path);
    for (let size = 0; size < bytes.length; size++) {
      writeFileSync(path, bytes.subarray(0, size));
      expectThrow(() => places.open({ directory }), 'TT_STORE_DAMAGED');
    }
  });

  it('is loaded without the part that is damaged, where that is asked for, and is to be written anew', async () => {
    const directory = await written(3);
    let durable = places.open({ directory });
    await durable.snapshot(names(3).map((name) => set([name, 'in the snapshot'])));
    durable.append(4, set(['p4', 1]));
    await durable.close();
    const path = join(directory, 'snapshot-0000000000000003');
    const second = recordsOf(path)[1]!;
    flip(path, second + 40);
    const error = expectThrow(() => places.open({ directory }), 'TT_STORE_DAMAGED');
    expect(error.details).to.deep.include({ file: path, offset: second });

    durable = places.open({ directory, damaged: 'cut' });
    const { values } = loaded(durable);
    expect([...values.keys()]).to.deep.equal(['p1', 'p3', 'p4']);
    expect(durable.snapshotDue).to.be.true;
    await durable.snapshot([set(...[...values])]);
    await durable.close();
    expect([...(await contentOf({ directory })).values.keys()]).to.deep.equal(['p1', 'p3', 'p4']);
  });
});

describe('a file of a later format', () => {
  it('is refused and not touched, whatever else there is, also where damage is to be cut', async () => {
    const directory = await written(2);
    const path = join(directory, 'snapshot-0000000000000009');
    copyFileSync(join(directory, LOG), path);
    const bytes = readFileSync(path);
    bytes.writeUInt32LE(2, 8);
    writeFileSync(path, bytes);
    const copy = `${directory} as it was`;
    cpSync(directory, copy, { recursive: true });
    for (const damaged of ['refuse', 'cut'] as const) {
      const error = expectThrow(() => places.open({ directory, damaged }), 'TT_STORE_FORMAT');
      expect(error.details).to.deep.equal({ file: path, format: 2, known: 1 });
    }
    for (const name of readdirSync(copy))
      expect(readFileSync(join(directory, name)).equals(readFileSync(join(copy, name)))).to.be.true;
    expect(readdirSync(directory)).to.deep.equal(readdirSync(copy));
  });
});

describe('the checksum', () => {
  it('is the same with and without help of the system, and that of zip files', () => {
    expect(checksumByTable(Buffer.from('123456789'))).to.equal(0xcbf43926);
    for (let size = 0; size < 300; size++) {
      const bytes = Buffer.from(Array.from({ length: size }, (_, at) => (at * 7 + size) % 256));
      expect(checksum(bytes)).to.equal(checksumByTable(bytes));
    }
  });
});
