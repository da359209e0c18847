import { expect } from 'chai';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closePeers, connectMany } from './support/peer.js';
import { Program, endPrograms } from './support/program.js';
import { howMany, onlyWithAll } from '../support/how-many.js';

const CONNECTIONS = 1_000;
const WATCHED_MS = howMany(1_200, 3_000);

/** Real time: what a process does while nothing happens shows in no other. */
const pass = async (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The time that a process has used, in ticks of 10 ms (proc_pid_stat(5)). */
function cpuTicks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]!.split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

/** Why system calls cannot be counted here; `undefined` where they can. */
function whyNoTrace(): string | undefined {
  const { error, status, stderr } = spawnSync('strace', ['-o', '/dev/null', 'true'], { encoding: 'utf8' });
  if (error !== undefined) return 'strace is not there';
  return status === 0 ? undefined : `strace may not trace: ${stderr.trim()}`;
}

/**
 * The system calls that the loop of a process begins within so many ms, the one that it waits in already left out. Other threads are
 * the engine's: they compile and collect when they like.
 */
async function systemCalls(pid: number, ms: number): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'tasktonic-'));
  const log = join(folder, 'calls');
  const tracer = spawn('strace', ['-o', log, '-p', String(pid)], { stdio: ['ignore', 'ignore', 'pipe'] });
  const exit = once(tracer, 'exit');
  try {
    // It says so when it has attached.
    await once(tracer.stderr, 'data');
    await pass(ms);
    tracer.kill('SIGINT');
    await exit;
    return readFileSync(log, 'latin1').trim().split('\n').slice(1);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe(`An idle server with ${CONNECTIONS} connections`, () => {
  let server: Program;

  before(async function () {
    if (!existsSync('/proc/self/stat')) {
      console.log('      skipped: there is no /proc here to read the processor time from');
      return this.skip();
    }
    server = new Program('echo-server');
    const peers = await connectMany(await server.port(), CONNECTIONS);
    await Promise.all(peers.map(async (peer) => peer.echo('hello')));
  });
  after(async () => {
    await closePeers();
    await endPrograms();
  });

  it('uses no processor time', async () => {
    // What its start and the connections have left to do (compiling, collecting) is done by and by.
    let before = cpuTicks(server.pid);
    for (let tries = 0; tries < 5; tries++) {
      await pass(200);
      if (before === (before = cpuTicks(server.pid))) break;
    }
    before = cpuTicks(server.pid);
    await pass(WATCHED_MS);
    expect(cpuTicks(server.pid) - before, 'ticks of 10 ms').to.be.at.most(1);
  });

  it('makes no system call on a timer, but a look at its descriptors each second', async function () {
    onlyWithAll(this, 'the system calls of an idle server');
    const why = whyNoTrace();
    if (why !== undefined) {
      console.log(`      skipped: ${why}`);
      return this.skip();
    }
    const calls = await systemCalls(server.pid, WATCHED_MS);
    const looks = calls.filter((call) => call.includes('/proc/self/fd'));
    const waits = calls.filter((call) => call.includes('epoll_pwait'));
    // It wakes a thread of the engine now and then.
    const others = calls.filter((call) => !looks.includes(call) && !waits.includes(call) && !call.includes('futex'));
    expect(others).to.deep.equal([]);
    expect(looks.length).to.be.at.most(WATCHED_MS / 1_000 + 1);
    // Before each look, and after it, one that waits and one that does not.
    expect(waits.length).to.be.at.most(3 * (looks.length + 1));
  });
});
