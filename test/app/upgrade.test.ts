import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type TLSSocket, connect } from 'node:tls';
import { expect } from 'chai';
import type { Said } from './programs/upgrades.js';
import { built } from '../support/built.js';
import { Program } from '../support/program.js';
import { onRealSockets } from '../support/stage.js';
import { authority, own } from '../support/tls.js';
import { newFolder, removeFolders } from '../support/unix.js';
import { UPGRADES, Upgrading, askByDatagram, askOnce, asking } from '../support/upgrades.js';

const FAILED = /TT_PROCESS_UPGRADE_FAILED.*/;
const REFUSED = /TT_PROCESS_UPGRADE_REFUSED.*/;

describe('SIGUSR2, where an upgrade is asked for', function () {
  this.timeout(60_000);
  onRealSockets('processes hand sockets of this machine to each other');
  const services: Upgrading[] = [];
  afterEach(() => services.splice(0).forEach((service) => service.end()));
  afterEach(removeFolders);

  const start = async (said: Said, env: NodeJS.ProcessEnv = {}): Promise<Upgrading> => {
    const service = new Upgrading(said, env);
    services.push(service);
    return service.listens();
  };

  it('has a new process serve at the same places, over TCP, UDP and UNIX sockets; twice', async () => {
    const path = join(newFolder(), 's.sock');
    const service = await start({ tcp: 0, path, udp: await freeUdpPort() });
    const { tcp, udp } = service.ports;
    const second = await service.upgrade();
    expect([await askOnce(tcp!), await askOnce(path)]).to.deep.equal([`${second} x`, `${second} x`]);
    expect(await service.said('ended')).to.contain('ended by SIGUSR2 with 0');
    expect(await askByDatagram(udp!)).to.equal(`${second} x`);
    const third = await service.upgrade(second);
    await service.said('ended', second);
    for (const answer of [await askOnce(tcp!), await askOnce(path), await askByDatagram(udp!)])
      expect(answer).to.equal(`${third} x`);
    // The last one removes the file, and nothing else keeps it.
    process.kill(third, 'SIGTERM');
    expect(await service.said('ended', third)).to.contain('ended by SIGTERM with 0');
    expect(existsSync(path)).to.equal(false);
  });

  it('leaves a connection that is open with the old process, until the delay is over', async () => {
    const service = await start({ tcp: 0, upgrade: { drainDelay: 2_000 } });
    const open = await asking(service.ports['tcp']!);
    expect(await open.ask()).to.equal(`${service.program.pid} x`);
    await service.upgrade();
    await service.said('tells a connection');
    expect(await open.ask()).to.equal(`${service.program.pid} x`);
    await once(open.socket.resume(), 'end');
  });

  it('goes on with the sessions of TLS that the old process has begun', async () => {
    const service = await start({ tls: 0, cert: own });
    const first = await handshake(service.ports['tls']!);
    const next = await service.upgrade();
    const second = await handshake(service.ports['tls']!, first.session);
    expect([second.answer, second.resumed]).to.deep.equal([`${next} x`, true]);
  });

  it('has the threads of the new process serve where those of the old one did; twice', async () => {
    const service = await start({ tcp: 0, tls: 0, http: 0, cert: own, catalysts: 2 });
    const { tcp, tls, http } = service.ports;
    let last = service.program.pid;
    for (const _ of ['once', 'twice']) {
      const before = await asking(tcp!);
      expect(await before.ask()).to.equal(`${last} x`);
      const next = await service.upgrade(last);
      expect(await before.ask(), 'a connection that was open').to.equal(`${last} x`);
      await service.said('ended', last);
      expect(await askOnce(tcp!)).to.equal(`${next} x`);
      expect((await handshake(tls!)).answer).to.equal(`${next} x`);
      expect(await (await fetch(`http://127.0.0.1:${http}/`)).text()).to.equal(String(next));
      last = next;
    }
  });

  it('where the new process throws as it starts, leaves the old one serving and says what it threw', async () => {
    const service = await start({ tcp: 0 });
    service.next({ tcp: 0, throws: 'no such table' });
    process.kill(service.program.pid, 'SIGUSR2');
    expect(await service.program.wrote(FAILED)).to.match(/serves on: the new process has failed: .*no such table/);
    expect(await askOnce(service.ports['tcp']!)).to.equal(`${service.program.pid} x`);
    // And the next try can do it.
    service.next({ tcp: 0 });
    const next = await service.upgrade();
    expect(await askOnce(service.ports['tcp']!)).to.equal(`${next} x`);
  });

  it('where the new process is not ready in time, ends that and says what it waits for', async () => {
    const refusal = async (readyTimeout: number): Promise<string> => {
      const service = await start({ tcp: 0, upgrade: { readyTimeout } });
      service.next({ udp: 0 });
      process.kill(service.program.pid, 'SIGUSR2');
      const next = await service.started(service.program.pid);
      const text = await service.program.wrote(FAILED);
      await gone(next);
      expect(await askOnce(service.ports['tcp']!)).to.equal(`${service.program.pid} x`);
      // On a busy machine it may not even have begun by then.
      return text.includes('it waits for nothing') && readyTimeout < 20_000 ? refusal(readyTimeout * 4) : text;
    };
    expect(await refusal(1_500)).to.match(
      /not ready within \d+ ms \(upgrade\/readyTimeout\); it waits for somebody to listen at tcp 127\.0\.0\.1:0/,
    );
  });

  it('where the new process is killed before it is ready, leaves the old one serving', async () => {
    const service = await start({ tcp: 0 });
    service.next({ tcp: 0, readiness: {}, saysReady: false });
    process.kill(service.program.pid, 'SIGUSR2');
    const next = await service.started(service.program.pid);
    await service.listens(next);
    process.kill(next, 'SIGKILL');
    expect(await service.program.wrote(FAILED)).to.contain('ended with SIGKILL before it had taken over');
    expect(await askOnce(service.ports['tcp']!)).to.equal(`${service.program.pid} x`);
  });

  it('is refused while one is under way, and while the old process ends', async () => {
    const service = await start({ tcp: 0 });
    service.next({ tcp: 0, readiness: {}, saysReady: false });
    const { pid } = service.program;
    process.kill(pid, 'SIGUSR2');
    const next = await service.started(pid);
    process.kill(pid, 'SIGUSR2');
    expect(await service.program.wrote(REFUSED)).to.contain(`one is under way, with process ${next}`);
    process.kill(next, 'SIGKILL');
    await service.program.wrote(FAILED);
    service.next({ tcp: 0 });
    const open = await asking(service.ports['tcp']!);
    expect(await open.ask()).to.equal(`${pid} x`);
    await service.upgrade();
    process.kill(pid, 'SIGUSR2');
    expect(await service.program.wrote(/REFUSED.*this process ends already/)).to.contain('No upgrade was begun');
  });

  it('is refused to process 1 of a container, which serves on: all ends with it', async function () {
    const by = ['unshare', '--map-root-user', '--pid', '--fork', '--mount-proc', '--kill-child'];
    if (spawnSync(by[0]!, [...by.slice(1), 'true']).status !== 0) {
      console.log('      skipped: no namespace of processes can be made here');
      this.skip();
    }
    const file = join(newFolder(), 'said.json');
    writeFileSync(file, JSON.stringify({ tcp: 0 } satisfies Said));
    const first = new Program(UPGRADES, [file], [], by);
    try {
      const [, port] = /^1 listens tcp:(\d+)/.exec(await first.wrote(/^1 listens /))!;
      process.kill(childOf(first.pid), 'SIGUSR2');
      expect(await first.wrote(REFUSED)).to.contain('this is process 1, with which its container ends');
      expect(await askOnce(Number(port))).to.equal('1 x');
    } finally {
      first.signal('SIGKILL');
    }
  });

  it('is given up by SIGTERM, which ends both processes', async () => {
    const service = await start({ tcp: 0 });
    service.next({ tcp: 0, readiness: {}, saysReady: false });
    process.kill(service.program.pid, 'SIGUSR2');
    const next = await service.started(service.program.pid);
    service.program.signal('SIGTERM');
    expect(await service.said('ended')).to.contain('ended by SIGTERM with 0');
    await gone(next);
  });

  it('where the old process is killed meanwhile, has the new one open its places itself', async () => {
    const path = join(newFolder(), 's.sock');
    const service = await start({ tcp: 0, path });
    service.next({ tcp: 0, path, readiness: {}, saysReady: false });
    process.kill(service.program.pid, 'SIGUSR2');
    const next = await service.started(service.program.pid);
    await service.listens(next);
    service.program.signal('SIGKILL');
    await service.program.wrote(/the process that it replaces has ended early/);
    expect(await askAgain(service.ports['tcp']!)).to.equal(`${next} x`);
    expect(await askAgain(path)).to.equal(`${next} x`);
  });

  it('opens them when the old process has gone, and not already when that is not heard any more', async () => {
    const args = [fileURLToPath(built(UPGRADES.href)), join(newFolder(), 'said.json')];
    const old = new Program(new URL('./programs/dies-slowly.ts', import.meta.url), args);
    const [, pid, port] = /^(\d+) listens tcp:(\d+)/.exec(await old.wrote(/^\d+ listens /))!;
    try {
      await old.wrote(/the process that it replaces has ended early/);
      expect(await askAgain(Number(port))).to.equal(`${pid} x`);
    } finally {
      process.kill(Number(pid), 'SIGKILL');
    }
  });

  it('closes what the new process does not listen on, once that says that it is ready', async () => {
    const path = join(newFolder(), 's.sock');
    const service = await start({ tcp: 0, path });
    service.next({ tcp: 0, readiness: {} });
    const next = await service.upgrade();
    await service.said('ended');
    expect(await askOnce(service.ports['tcp']!)).to.equal(`${next} x`);
    const refused = await askOnce(path).catch((error: NodeJS.ErrnoException) => error.code);
    expect(refused).to.equal('ECONNREFUSED');
  });

  it('tells systemd who serves now, before the old process ends, which tells it nothing', async () => {
    const folder = newFolder();
    const heard = join(folder, 'heard');
    writeFileSync(join(folder, 'systemd-notify'), `#!/bin/sh\necho "$@ to $NOTIFY_SOCKET" >> ${heard}\n`, {
      mode: 0o755,
    });
    const pidFile = join(folder, 'app.pid');
    const env = { NOTIFY_SOCKET: '/run/n', PATH: `${folder}:${process.env['PATH']}` };
    const service = await start({ tcp: 0, readiness: { pidFile } }, env);
    const next = await service.upgrade();
    expect(readFileSync(heard, 'utf8').trim().split('\n')).to.deep.equal([
      'READY=1 to /run/n',
      `MAINPID=${next} READY=1 to /run/n`,
    ]);
    await service.said('ended');
    expect(readFileSync(pidFile, 'utf8')).to.equal(`${next}\n`);
    process.kill(next, 'SIGTERM');
    await gone(next);
    const last = readFileSync(heard, 'utf8').trim().split('\n').at(-1);
    expect([last, existsSync(pidFile)]).to.deep.equal(['STOPPING=1 to /run/n', false]);
  });

  it('fails where systemd cannot be told, which would end both with the old one', async () => {
    const folder = newFolder();
    const helper = join(folder, 'systemd-notify');
    writeFileSync(helper, '#!/bin/sh\ncase "$*" in MAINPID*) echo refused >&2; exit 1;; esac\n', { mode: 0o755 });
    const env = { NOTIFY_SOCKET: '/run/n', PATH: `${folder}:${process.env['PATH']}` };
    const service = await start({ tcp: 0, readiness: {} }, env);
    process.kill(service.program.pid, 'SIGUSR2');
    expect(await service.program.wrote(FAILED)).to.match(/was not told MAINPID=\d+ READY=1: refused/);
    expect(await askOnce(service.ports['tcp']!)).to.equal(`${service.program.pid} x`);
  });
});

/** The answer over TLS, whether its session went on, and that session. */
async function handshake(port: number, session?: Buffer) {
  const options = { port, host: '127.0.0.1', servername: 'localhost', ca: authority.cert, ...(session && { session }) };
  const socket: TLSSocket = connect(options);
  const ticket = session === undefined ? (once(socket, 'session') as Promise<[Buffer]>) : [undefined];
  socket.write('x');
  const [[data], [made]] = await Promise.all([once(socket, 'data') as Promise<[Buffer]>, ticket]);
  const resumed = socket.isSessionReused();
  socket.destroy();
  return { answer: String(data), resumed, session: made };
}

/** The number by which this process knows the one that this one has started. */
function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'));
}

/** Resolves when that process has ended. */
async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    // One that nobody has asked how it ended is there still: that is left to the one who has started it.
    if (readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[2] === 'Z') return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** As often as it is refused: the place is opened anew. */
async function askAgain(to: number | string): Promise<string> {
  for (;;) {
    try {
      return await askOnce(to);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

async function freeUdpPort(): Promise<number> {
  const { createSocket } = await import('node:dgram');
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}
