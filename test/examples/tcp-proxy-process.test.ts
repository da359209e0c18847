import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { endHaproxies, haproxy, needsHaproxy } from '../support/haproxy.js';
import { Program } from '../support/program.js';
import { onRealSockets } from '../support/stage.js';

/** An echo server of Node's that says its name first, and can die and come back. */
class Backend {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #port = 0;

  constructor(readonly word: string) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => {}).write(word);
      socket.pipe(socket);
    });
  }
  async start(): Promise<this> {
    await once(this.#server.listen(this.#port, '127.0.0.1'), 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }
  get place(): string {
    return `127.0.0.1:${this.#port}`;
  }
  async die(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
    if (this.#server.listening) await once(this.#server.close(), 'close');
  }
}

/** A client, with what it has heard. */
class Client {
  text = '';
  private constructor(readonly socket: Socket) {
    socket.on('error', () => {}).on('data', (data) => (this.text += String(data)));
  }
  static async at(port: number): Promise<Client> {
    const socket = connect(port, '127.0.0.1');
    const client = new Client(socket);
    await once(socket, 'connect');
    return client;
  }
  async heard(text: string): Promise<void> {
    while (!this.text.includes(text)) await once(this.socket, 'data');
  }
  async closed(): Promise<void> {
    if (!this.socket.closed) await once(this.socket, 'close');
  }
}

describe('the TCP proxy as a process', function () {
  this.timeout(30_000);
  onRealSockets('it is a process of its own');
  const folder = mkdtempSync(join(tmpdir(), 'tcp-proxy-'));
  const file = join(folder, 'proxy.json');
  let backends: Backend[];
  let program: Program;
  let port: number;
  const clients: Client[] = [];

  const configure = (...of: readonly Backend[]): void => {
    const backends = { hosts: of.map(({ place }) => place), check: { interval: 50 } };
    writeFileSync(file, JSON.stringify({ proxy: { backends } }));
  };
  const reload = async (text: RegExp): Promise<void> => {
    program.signal('SIGHUP');
    await program.wrote(text);
  };
  async function start(args: readonly string[] = []): Promise<void> {
    const server = new URL('../../dist/examples/tcp-proxy/server.js', import.meta.url);
    program = new Program(server, ['--config', file, '--port', '0', ...args]);
    const line = await program.wrote(/proxy on .* port \d+/);
    port = Number(/port (\d+)/.exec(line)![1]);
  }
  /** A client, when it has heard which backend it has. */
  async function visitor(): Promise<Client & { readonly of: string }> {
    const client = await Client.at(port);
    clients.push(client);
    while (client.text === '') await once(client.socket, 'data');
    return Object.assign(client, { of: client.text });
  }
  /** It ends by itself, at its own time and well: nothing of it had to be aborted. */
  async function endsWell(): Promise<void> {
    const { code, out, err } = await program.exit();
    expect([code, err]).to.deep.equal([0, '']);
    expect(out.join('\n')).to.not.contain('TT_ABORTED');
    expect(out.at(-1)).to.contain('counts');
  }

  beforeEach(async () => {
    backends = await Promise.all(['a', 'b', 'c'].map(async (word) => new Backend(word).start()));
    configure(backends[0]!, backends[1]!);
  });
  afterEach(async () => {
    program.signal('SIGKILL');
    for (const { socket } of clients.splice(0)) socket.destroy();
    for (const backend of backends) await backend.die();
    await endHaproxies();
  });
  after(() => rmSync(folder, { recursive: true }));

  it('reads its file again at SIGHUP: a backend comes, one goes, and who is there stays', async () => {
    await start();
    const pinned = [await visitor(), await visitor()];
    expect(pinned.map(({ of }) => of)).to.have.members(['a', 'b']);
    configure(backends[1]!, backends[2]!);
    await reload(new RegExp(`backends: ${backends[1]!.place}, ${backends[2]!.place}`));
    // Where a visitor of b is already, c comes first.
    expect([(await visitor()).of, (await visitor()).of]).to.have.members(['b', 'c']);
    for (const one of pinned) one.socket.write('still here');
    for (const one of pinned) await one.heard(`${one.of}still here`);
  });

  it('keeps what it has where the file is broken at SIGHUP, and says what is wrong', async () => {
    await start();
    writeFileSync(file, '{ "proxy": { "backends": [');
    await reload(/TT_CONFIGURATION_KEPT/);
    writeFileSync(file, JSON.stringify({ proxy: { backends: { hosts: ['nowhere'] } } }));
    await reload(/such as 10\.0\.0\.1:80/);
    expect([(await visitor()).of, (await visitor()).of]).to.have.members(['a', 'b']);
    configure(backends[2]!);
    await reload(new RegExp(`backends: ${backends[2]!.place}`));
    expect((await visitor()).of).to.equal('c');
  });

  it('leaves out a backend that dies, and has it again when it is back', async () => {
    await start();
    const [a, b] = [await visitor(), await visitor()];
    const lost = a.of === 'a' ? a : b;
    await backends[0]!.die();
    await lost.closed();
    await program.wrote(/is down/);
    expect([(await visitor()).of, (await visitor()).of]).to.deep.equal(['b', 'b']);
    await backends[0]!.start();
    await program.wrote(/is up/);
    expect((await visitor()).of).to.equal('a');
  });

  it('ends at once at SIGTERM where nobody is there', async () => {
    await start();
    const one = await visitor();
    one.socket.end();
    await one.closed();
    program.signal('SIGTERM');
    await endsWell();
  });

  it('ends at SIGTERM when the last one has gone, and lets nobody new in meanwhile', async () => {
    await start();
    const one = await visitor();
    program.signal('SIGTERM');
    await program.wrote(/drains: 1/);
    // Refused, or reset where it came as the last one.
    const late = connect(port, '127.0.0.1');
    let heard = '';
    late.on('error', () => {}).on('data', (data) => (heard += String(data)));
    await new Promise((closed) => late.once('close', closed));
    expect(heard).to.equal('');
    one.socket.end('the rest');
    await one.heard('the rest');
    await endsWell();
  });

  it('waits for none who has still to say who it is', async () => {
    await start(['--proxy-protocol', '127.0.0.1']);
    const client = await Client.at(port);
    clients.push(client);
    client.socket.write('PROXY TCP4');
    program.signal('SIGTERM');
    await endsWell();
  });

  it('ends behind a haproxy when the last one that came by it has gone', async function () {
    needsHaproxy(this);
    await start(['--proxy-protocol', '127.0.0.1']);
    port = await haproxy({ server: `127.0.0.1:${port} send-proxy-v2` });
    const one = await visitor();
    program.signal('SIGTERM');
    await program.wrote(/drains: 1/);
    one.socket.destroy();
    await endsWell();
  });
});
