import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import { startCommand } from '../doors/cli.js';
import { onRealSockets } from '../support/stage.js';
import { removeFolders } from '../support/unix.js';
import { Upgrading, askOnce } from '../support/upgrades.js';

const CLI = new URL('../../dist/lib/cli.js', import.meta.url).pathname;
/** More than the system gives (`/proc/sys/kernel/pid_max`, proc(5)). */
const NOBODY = '4194305';

/** Types the command; tells its exit code and what it says. */
async function upgrade(...words: string[]) {
  let out = '';
  let err = '';
  const code = await startCommand(['upgrade', ...words], {
    out: (text) => (out += text),
    err: (text) => (err += text),
  });
  return { code, out, err };
}

describe('tasktonic upgrade', function () {
  this.timeout(30_000);
  onRealSockets('processes hand sockets of this machine to each other');
  const children: ChildProcess[] = [];
  afterEach(() => children.splice(0).forEach((child) => child.kill('SIGKILL')));
  afterEach(removeFolders);

  it('has a new process of the program take over', async () => {
    const service = new Upgrading({ tcp: 0 });
    try {
      await service.listens();
      const { pid } = service.program;
      const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, 'upgrade', String(pid)], {
        encoding: 'utf8',
      });
      expect([status, stdout, stderr]).to.deep.equal([
        0,
        `process ${pid} begins an upgrade: its log says how that goes\n`,
        '',
      ]);
      const next = await service.tookOver();
      expect(await askOnce(service.ports['tcp']!)).to.equal(`${next} x`);
    } finally {
      service.end();
    }
  });

  it('leaves alone a process that does not listen to the signal, which would end it', async () => {
    const child = spawn('sleep', ['30']);
    children.push(child);
    await once(child, 'spawn');
    const said = await upgrade(String(child.pid));
    expect(said).to.deep.equal({
      code: 1,
      out: '',
      err: `tasktonic: process ${child.pid} does not listen to SIGUSR2, which would end it: its Formula must say upgrade/sigusr2\n`,
    });
    expect([child.exitCode, child.signalCode]).to.deep.equal([null, null]);
  });

  it('says so where there is no such process', async () => {
    expect(await upgrade(NOBODY)).to.deep.equal({
      code: 1,
      out: '',
      err: `tasktonic: there is no process ${NOBODY}\n`,
    });
  });

  for (const word of ['server.js', '0', '12x', '1.5', '99999999999999'])
    it(`says so where ${word} is given`, async () => {
      const { code, err } = await upgrade(word);
      expect([code, err]).to.deep.equal([1, `tasktonic: ${word} is not the number of a process\n`]);
    });

  it('says so where nothing is given, a signed number, or more than one', async () => {
    const missing = 'tasktonic: the number of the process is missing: tasktonic upgrade <pid>\n';
    for (const words of [[], ['-1']]) expect(await upgrade(...words)).to.deep.equal({ code: 2, out: '', err: missing });
    const { code, err } = await upgrade('1', '2');
    expect([code, err]).to.deep.equal([2, 'tasktonic: 2 is too much: tasktonic upgrade <pid>\n']);
  });

  it('says so where the process is one of another user', function () {
    const other = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const run = (...words: string[]) => spawnSync(process.execPath, [CLI, ...words], { encoding: 'utf8', ...other });
    if (run('--version').status !== 0 || isOurs(1, other)) {
      console.log('      skipped: no process here is one of another user');
      this.skip();
    }
    const { status, stderr } = run('upgrade', '1');
    expect([status, stderr]).to.deep.equal([
      1,
      'tasktonic: process 1 is one of another user: only that user, and root, can tell it to upgrade\n',
    ]);
  });
});

/** Whether that process can be told something by who has not become another user. */
function isOurs(pid: number, other: { readonly uid?: number }): boolean {
  if (other.uid !== undefined) return false;
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
