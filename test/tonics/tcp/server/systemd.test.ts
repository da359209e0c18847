import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { Program } from '../../../support/program.js';
import { newFolder, removeFolders } from '../../../support/unix.js';

const PROGRAM = new URL('../../programs/activated.ts', import.meta.url);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Says something and gives the echo. */
async function echoOf(socket: Socket, text: string): Promise<string> {
  socket.setEncoding('utf8').write(text);
  const [heard] = (await once(socket, 'data')) as [string];
  socket.destroy();
  return heard;
}

describe('a server that systemd activates', () => {
  let programs: Program[] = [];

  before(function () {
    if (spawnSync('systemd-socket-activate', ['--version']).error === undefined) return;
    console.log('      skipped: no systemd-socket-activate');
    this.skip();
  });
  afterEach(async () => {
    for (const program of programs) program.signal('SIGTERM');
    await Promise.all(programs.map(async (program) => program.exit()));
    programs = [];
    removeFolders();
  });

  /** Starts the program with the first peer, as a socket unit does. */
  const activated = async (wish: object, sockets: readonly string[]): Promise<Program> => {
    const program = new Program(PROGRAM, [JSON.stringify(wish)], [], ['systemd-socket-activate', ...sockets]);
    programs.push(program);
    await program.complained(`Listening on ${sockets.at(-1)} as`);
    return program;
  };
  const connected = (port: number): Socket => connect(port, '127.0.0.1');

  it('serves on a port: the peer that has woken it is the first', async () => {
    const port = await freePort();
    const program = await activated({ tcp: [{ systemd: true }] }, ['-l', `127.0.0.1:${port}`]);
    expect(await echoOf(connected(port), 'hello')).to.equal('hello');
    expect(JSON.parse(await program.wrote(/transport/))).to.deep.equal({
      transport: 'tcp',
      address: '127.0.0.1',
      family: 'IPv4',
      port,
    });
    expect(await echoOf(connected(port), 'and others')).to.equal('and others');
  });

  it('serves on a UNIX socket, tells its path, and leaves the file to systemd', async () => {
    const path = join(newFolder(), 'app.sock');
    const program = await activated({ tcp: [{ systemd: true }] }, ['-l', path]);
    expect(await echoOf(connect(path), 'hello')).to.equal('hello');
    expect(JSON.parse(await program.wrote(/transport/))).to.include({ address: path, family: 'UNIX', port: 0 });
    program.signal('SIGTERM');
    expect((await program.exit()).code).to.equal(0);
    expect(existsSync(path)).to.equal(true);
  });

  it('serves on all that was passed, or on those with its name', async () => {
    const port = await freePort();
    const path = join(newFolder(), 'app.sock');
    const wish = { tcp: [{ systemd: 'web' }, { systemd: true }] };
    const program = await activated(wish, ['--fdname=web:admin', '-l', `127.0.0.1:${port}`, '-l', path]);
    expect(await echoOf(connected(port), 'web')).to.equal('web');
    expect(await echoOf(connect(path), 'admin')).to.equal('admin');
    expect(JSON.parse(await program.wrote(/UNIX/))).to.include({ address: path });
  });

  it('with one server serves on several sockets', async () => {
    const port = await freePort();
    const path = join(newFolder(), 'app.sock');
    await activated({ tcp: [{ systemd: true }] }, ['-l', `127.0.0.1:${port}`, '-l', path]);
    expect(await echoOf(connected(port), 'there')).to.equal('there');
    expect(await echoOf(connect(path), 'and there')).to.equal('and there');
  });

  it('gives its children neither the sockets nor word of them', async () => {
    const port = await freePort();
    const program = await activated({ tcp: [{ systemd: true }] }, ['-l', `127.0.0.1:${port}`]);
    expect(await echoOf(connected(port), 'hello')).to.equal('hello');
    const { told, child } = JSON.parse(await program.wrote(/told/)) as { told: string[]; child: number };
    expect(told).to.deep.equal([]);
    // Its stdout, which may be one.
    expect(child).to.be.at.most(1);
  });

  it('is told in words where nothing has the name', async () => {
    const port = await freePort();
    const program = await activated({ tcp: [{ systemd: 'wb' }] }, ['--fdname=web', '-l', `127.0.0.1:${port}`]);
    connected(port).on('error', () => {});
    expect(JSON.parse(await program.wrote(/error/))).to.deep.equal({
      error: 'systemd has passed no stream socket named "wb" to this process: it has passed 1: web.',
    });
  });

  it('receives datagrams on a socket that was passed', async () => {
    const port = await freePort();
    const program = await activated({ udp: [{ systemd: true }] }, ['-d', '-l', `127.0.0.1:${port}`]);
    const peer = createSocket('udp4');
    peer.send('hello', port, '127.0.0.1');
    const [heard] = (await once(peer, 'message')) as [Buffer];
    peer.close();
    expect(String(heard)).to.equal('hello');
    expect(JSON.parse(await program.wrote(/transport/))).to.include({ transport: 'udp', address: '127.0.0.1', port });
  });

  it('is told in words where the socket is of another kind', async () => {
    const port = await freePort();
    const program = await activated({ tcp: [{ fd: 3 }] }, ['-d', '-l', `127.0.0.1:${port}`]);
    const peer = createSocket('udp4');
    peer.send('hello', port, '127.0.0.1');
    expect(JSON.parse(await program.wrote(/error/)).error).to.contain(
      'Nothing can be received on the descriptor 3 (EINVAL)',
    );
    peer.close();
  });

  it('serves on a descriptor by its number', async () => {
    const port = await freePort();
    await activated({ tcp: [{ fd: 3 }] }, ['-l', `127.0.0.1:${port}`]);
    expect(await echoOf(connected(port), 'hello')).to.equal('hello');
  });
});

describe('a server that is to take sockets of systemd', () => {
  it('and was started by hand says so', async () => {
    const program = new Program(PROGRAM, [JSON.stringify({ tcp: [{ systemd: true }] })]);
    expect(JSON.parse(await program.wrote(/error/)).error).to.contain('not started by a socket unit');
    await program.exit();
  });

  it('and is not the process that they are for says so', async () => {
    const env = { ...process.env, LISTEN_FDS: '1', LISTEN_PID: '1' };
    const program = new Program(PROGRAM, [JSON.stringify({ tcp: [{ systemd: true }] })], [], [], env);
    expect(JSON.parse(await program.wrote(/error/)).error).to.contain('for another process (LISTEN_PID is 1');
    await program.exit();
  });
});
