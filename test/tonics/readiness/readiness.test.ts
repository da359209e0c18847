import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { Readiness } from '../../../src/index.js';
import { expectCode } from '../../support/errors.js';
import { startNet, tidyUp } from '../../support/net-app.js';
import { Program } from '../../support/program.js';
import { newFolder, removeFolders } from '../../support/unix.js';

const PROGRAM = new URL('../programs/ready.ts', import.meta.url);

afterEach(tidyUp);
afterEach(removeFolders);

/** A helper that writes down what it is given, or does something else. */
function helper(script = 'printf "%s|" "$@" >> "$0.heard"; echo "$NOTIFY_SOCKET" >> "$0.heard"'): string {
  const folder = newFolder();
  writeFileSync(join(folder, 'systemd-notify'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return folder;
}

/** Runs the program with that helper until it says that it runs, and ends it. */
async function runs(folder: string, more: NodeJS.ProcessEnv = {}, options = {}) {
  const env = { ...process.env, PATH: `${folder}:${process.env['PATH']}`, ...more };
  const program = new Program(PROGRAM, [JSON.stringify(options)], [], [], env);
  const left = await program.wrote(/^runs/);
  program.signal('SIGTERM');
  const { code, out } = await program.exit();
  const heard = join(folder, 'systemd-notify.heard');
  return { code, out, left, heard: existsSync(heard) ? readFileSync(heard, 'utf8').trim().split('\n') : [] };
}

describe('a Readiness', () => {
  it('tells systemd in order that the app is ready, reads anew, and stops', async () => {
    const { code, heard, left } = await runs(helper(), { NOTIFY_SOCKET: '/run/n' });
    expect(heard.map((line) => line.replace(/\d{3,}/, 'n'))).to.deep.equal([
      'READY=1|STATUS=serves all|/run/n',
      'RELOADING=1|MONOTONIC_USEC=n|/run/n',
      'STATUS=still there|/run/n',
      'STOPPING=1|/run/n',
    ]);
    expect([code, left]).to.deep.equal([0, 'runs, told of 0']);
  });

  it('says since when it reads anew, by the clock of systemd', async () => {
    const uptime = (): number => Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1e6;
    if (!existsSync('/proc/uptime')) return;
    const { heard } = await runs(helper(), { NOTIFY_SOCKET: '/run/n' });
    const told = Number(/MONOTONIC_USEC=(\d+)/.exec(heard[1]!)![1]);
    // The uptime counts the time asleep too, so it is no less.
    expect(told)
      .to.be.above(0)
      .and.at.most(uptime() + 1e6);
  });

  it('tells nobody where nobody waits to be told', async () => {
    const { code, heard, out } = await runs(helper());
    expect([code, heard]).to.deep.equal([0, []]);
    expect(warnings(out)).to.deep.equal([]);
  });

  it('tells the watchdog that the loop turns', async () => {
    const folder = helper();
    const env = { NOTIFY_SOCKET: '/run/n', WATCHDOG_USEC: '100000', PATH: `${folder}:${process.env['PATH']}` };
    const program = new Program(PROGRAM, [], [], [], { ...process.env, ...env });
    await program.wrote(/^runs, told of 0/);
    const alive = (): number => {
      const heard = join(folder, 'systemd-notify.heard');
      return existsSync(heard) ? readFileSync(heard, 'utf8').split('WATCHDOG=1').length - 1 : 0;
    };
    while (alive() < 3) await new Promise((resolve) => setImmediate(resolve));
    program.signal('SIGTERM');
    expect((await program.exit()).code).to.equal(0);
  });

  it('leaves the watchdog of another process alone', async () => {
    const { heard } = await runs(helper(), { NOTIFY_SOCKET: '/run/n', WATCHDOG_USEC: '1000', WATCHDOG_PID: '1' });
    expect(heard.filter((line) => line.includes('WATCHDOG'))).to.deep.equal([]);
  });

  it('goes on where the helper fails, with a warning', async () => {
    const { code, out } = await runs(helper('echo "no such socket" >&2; exit 1'), { NOTIFY_SOCKET: '/run/n' });
    expect(code).to.equal(0);
    expect(warnings(out)[0]).to.contain('systemd was not told READY=1 STATUS=serves all: no such socket');
  });

  it('has a PID file from when it is ready to its exit', async () => {
    const folder = newFolder();
    const pidFile = join(folder, 'app.pid');
    const program = new Program(PROGRAM, [JSON.stringify({ pidFile })]);
    await program.wrote(/^runs/);
    expect(readFileSync(pidFile, 'utf8')).to.equal(`${program.pid}\n`);
    expect(readdirSync(folder)).to.deep.equal(['app.pid']);
    program.signal('SIGTERM');
    await program.exit();
    expect(existsSync(pidFile)).to.equal(false);
  });

  it('leaves the PID file of a process that has taken its place', async () => {
    const pidFile = join(newFolder(), 'app.pid');
    const program = new Program(PROGRAM, [JSON.stringify({ pidFile })]);
    await program.wrote(/^runs/);
    writeFileSync(pidFile, '1\n');
    program.signal('SIGTERM');
    await program.exit();
    expect(readFileSync(pidFile, 'utf8')).to.equal('1\n');
  });

  it('that cannot write its PID file fails', async () => {
    let readiness!: Readiness;
    const app = await startNet(() => {
      readiness = new Readiness({ pidFile: join(newFolder(), 'none', 'app.pid') });
      readiness.ttsc__ready();
    });
    const [{ error }] = await app.heard.on('onInfusionFailed');
    expectCode(error, 'TT_PID_FILE');
  });

  it('reaches a real socket with the real systemd-notify', async function () {
    if (
      [spawnSync('systemd-notify', ['--version']), spawnSync('socat', ['-V'])].some(({ error }) => error !== undefined)
    ) {
      console.log('      skipped: no systemd-notify, or no socat');
      this.skip();
    }
    const socket = join(newFolder(), 'n.sock');
    const manager = spawn('socat', ['-u', `UNIX-RECV:${socket}`, '-'], { stdio: ['ignore', 'pipe', 'ignore'] });
    while (!existsSync(socket)) await new Promise((resolve) => setImmediate(resolve));
    const program = new Program(PROGRAM, [], [], [], { ...process.env, NOTIFY_SOCKET: socket });
    const [heard] = (await once(manager.stdout, 'data')) as [Buffer];
    expect(String(heard)).to.match(/^READY=1\nSTATUS=serves all/);
    manager.kill();
    program.signal('SIGKILL');
    await program.exit();
  });
});

/** What the log warns of, but for sparkles that a busy machine has made slow. */
function warnings(out: readonly string[]): string[] {
  const lines = out.filter((line) => line.includes('"level":40')).map((line) => JSON.parse(line) as LogLine);
  return lines.filter(({ slow }) => slow !== true).map(({ msg }) => msg);
}

interface LogLine {
  readonly msg: string;
  readonly slow?: boolean;
}
