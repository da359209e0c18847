import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { freePort } from '../../support/peers.js';
import { Program } from '../../support/program.js';
import { onRealSockets } from '../../support/stage.js';
import { newFolder, removeFolders } from '../../support/unix.js';

const PROGRAM = new URL('../programs/activated-http.ts', import.meta.url);
const curl = async (...args: readonly string[]): Promise<string> =>
  (await promisify(execFile)('curl', ['-sS', '--max-time', '15', ...args])).stdout;

describe('an HttpServer on a socket that others have opened', () => {
  onRealSockets('they are of the system');
  let programs: Program[] = [];

  before(function () {
    for (const command of ['systemd-socket-activate', 'curl']) {
      if (spawnSync(command, ['--version']).error === undefined) continue;
      console.log(`      skipped: no ${command}`);
      this.skip();
    }
  });
  afterEach(async () => {
    for (const program of programs) program.signal('SIGTERM');
    await Promise.all(programs.map(async (program) => program.exit()));
    programs = [];
    removeFolders();
  });

  const activated = async (place: object, ...sockets: readonly string[]): Promise<Program> => {
    const program = new Program(PROGRAM, [JSON.stringify(place)], [], ['systemd-socket-activate', ...sockets]);
    programs.push(program);
    await program.complained(`Listening on ${sockets.at(-1)} as`);
    return program;
  };

  it('answers curl on a port of systemd: the request that has woken it, and others', async () => {
    const port = await freePort();
    const program = await activated({ systemd: true }, '-l', `127.0.0.1:${port}`);
    expect(await curl(`http://127.0.0.1:${port}/first`)).to.equal('hello at /first');
    expect(JSON.parse(await program.wrote(/port/))).to.deep.equal({ family: 'IPv4', port });
    const two = [`http://127.0.0.1:${port}/a`, `http://127.0.0.1:${port}/b`];
    expect(await curl('-w', ' (%{num_connects})', ...two)).to.equal('hello at /a (1)hello at /b (0)');
    program.signal('SIGTERM');
    expect((await program.exit()).code).to.equal(0);
  });

  it('answers curl on the one with its name, a UNIX socket whose file it leaves to systemd', async () => {
    const path = join(newFolder(), 'web.sock');
    const program = await activated({ systemd: 'web' }, '--fdname=web', '-l', path);
    expect(await curl('--unix-socket', path, 'http://here/there')).to.equal('hello at /there');
    program.signal('SIGTERM');
    expect((await program.exit()).code).to.equal(0);
    expect(existsSync(path)).to.equal(true);
  });

  it('answers curl on a descriptor by its number', async () => {
    const port = await freePort();
    await activated({ fd: 3 }, '-l', `127.0.0.1:${port}`);
    expect(await curl(`http://127.0.0.1:${port}/fd`)).to.equal('hello at /fd');
  });

  it('says so where nothing has the name', async () => {
    const port = await freePort();
    const program = await activated({ systemd: 'wb' }, '--fdname=web', '-l', `127.0.0.1:${port}`);
    await curl(`http://127.0.0.1:${port}/`).catch(() => {});
    expect(JSON.parse(await program.wrote(/error/)).error).to.include('no stream socket named "wb"');
  });
});
