import { closeSync, cpSync, existsSync, openSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { holderNamed, lockName, thisThread } from '../../doors/durable.js';
import { expectCode, expectRejection, expectThrow } from '../../support/errors.js';
import { Program } from '../../support/program.js';
import { contentOf, Heard, loaded, Places, set } from './support/kept.js';

const places = new Places();
const programs: Program[] = [];
afterEach(async () => {
  for (const program of programs) program.signal('SIGKILL');
  await Promise.all(programs.splice(0).map((program) => program.exit()));
  await places.tidyUp();
});

const HOLDER = new URL('./programs/holder.ts', import.meta.url);

function holder(...args: string[]): Program {
  const program = new Program(HOLDER, args);
  programs.push(program);
  return program;
}

function locks(directory: string): string[] {
  return readdirSync(directory).filter((name) => name.startsWith('lock'));
}

/** Leaves the lock of somebody in a directory. */
async function heldBy(change: Partial<ReturnType<typeof thisThread>>): Promise<string> {
  const directory = places.directory();
  await places.open({ directory }).close();
  writeFileSync(join(directory, lockName({ ...thisThread(), ...change })), '');
  return directory;
}

describe('a directory of a Store', () => {
  it('has one owner: a second one in the same thread is refused, and then is not in the way', async () => {
    const directory = places.directory();
    const first = places.open({ directory });
    const error = expectThrow(() => places.open({ directory }), 'TT_STORE_LOCKED');
    expect(error.details).to.deep.include({ directory, pid: process.pid });
    expect(error.message).to.include(`the process ${process.pid} (this one)`);
    first.append(1, set(['a', 1]));
    await first.saved();
    await first.close();
    expect(locks(directory)).to.deep.equal([]);
    expect(loaded(places.open({ directory })).version).to.equal(1);
  });

  it('has one owner: another process that lives is named, and one that was killed is not in the way', async () => {
    const directory = places.directory();
    const program = holder(directory);
    await program.wrote('held');
    const error = expectThrow(() => places.open({ directory }), 'TT_STORE_LOCKED');
    expect(error.details['pid']).to.be.a('number').that.is.not.equal(process.pid);
    expect(locks(directory)).to.have.lengthOf(1);
    program.signal('SIGKILL');
    await program.exit();
    expect(locks(directory)).to.have.lengthOf(1);
    await contentOf({ directory });
    expect(locks(directory)).to.deep.equal([]);
  });

  it('is free again when the thread has ended that had it, though its process lives', async function () {
    if (!existsSync('/proc/self/fd')) {
      console.log('      skipped: this system does not tell which files a process has open');
      return this.skip();
    }
    const directory = places.directory();
    const program = holder(directory, 'thread');
    await program.wrote('held by a thread');
    await program.wrote('the thread has ended');
    expect(locks(directory)).to.have.lengthOf(1);
    await contentOf({ directory });
    return undefined;
  });

  const dead = {
    'a process that is gone': { pid: 4_194_305 },
    'this very process and thread, which does not have it open': {},
  };
  for (const [who, change] of Object.entries(dead))
    it(`is taken over from ${who}`, async function () {
      if (!('pid' in change) && !existsSync('/proc/self/fd')) return this.skip();
      const directory = await heldBy(change);
      await contentOf({ directory });
      expect(locks(directory)).to.deep.equal([]);
      return undefined;
    });

  const another = {
    'an earlier process, whose pid another one has now': { start: '7' },
    'an earlier run of the machine, in which pids meant something else': { space: 'abc123' },
  };
  for (const [who, change] of Object.entries(another))
    it(`is taken over from ${who}`, async function () {
      if (!existsSync('/proc/self/stat')) return this.skip();
      const directory = await heldBy(change);
      // As if the process of now did have it open.
      const fd = openSync(join(directory, locks(directory)[0]!), 'r');
      try {
        await contentOf({ directory });
        expect(locks(directory)).to.deep.equal([]);
      } finally {
        closeSync(fd);
      }
      return undefined;
    });

  it('is not taken from another machine, of which nobody here knows whether it lives', async () => {
    const directory = await heldBy({ host: 'another host/with-odd_name', pid: 4_194_305 });
    const error = expectThrow(() => places.open({ directory }), 'TT_STORE_LOCKED');
    expect(error.message).to.include('of the machine another host/with-odd_name');
    expect(error.message).to.include(locks(directory)[0]);
  });

  it('may be copied while it is in use, and the copy be opened beside it', async () => {
    const directory = places.directory();
    const durable = places.open({ directory });
    durable.append(1, set(['a', 1]));
    await durable.saved();
    cpSync(directory, `${directory} copy`, { recursive: true });
    expect(locks(`${directory} copy`)).to.have.lengthOf(1);
    expect((await contentOf({ directory: `${directory} copy` })).version).to.equal(1);
  });

  it('that another has taken over is not written to any more, nor cut', async () => {
    const directory = places.directory();
    const heard = new Heard();
    const durable = places.open({ directory }, heard);
    durable.append(1, set(['a', 1]));
    await durable.saved();
    rmSync(join(directory, locks(directory)[0]!));
    const other = places.open({ directory });
    other.append(2, set(['a', 2]));
    await other.saved();
    durable.append(2, set(['a', 'wrong']));
    const error = await expectRejection(durable.saved(), 'TT_STORE_NOT_KEPT');
    expect(error.message).to.include('the lock was taken away');
    expectCode(heard.failures[0], 'TT_STORE_NOT_KEPT');
    await durable.close();
    expect(locks(directory)).to.have.lengthOf(1);
    await other.close();
    expect((await contentOf({ directory })).values.get('a')).to.equal(2);
  });
});

describe('the name of a lock', () => {
  it('says who holds it', () => {
    const holder = { ...thisThread(), thread: 3, host: 'ä/b c' };
    expect(holderNamed(lockName(holder))).to.deep.equal(holder);
    expect(lockName(holder)).to.not.include('/');
    expect(thisThread()).to.deep.include({ pid: process.pid, thread: 0, host: hostname() });
    expect(holderNamed('log-0000000000000000')).to.be.undefined;
  });
});
