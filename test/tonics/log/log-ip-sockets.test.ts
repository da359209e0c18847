import { expect } from 'chai';
import type { Line } from '../../support/app.js';
import { type Peer, type PeerServer, closePeers, freePort, listenOn } from '../../support/peers.js';
import { Program } from '../../support/program.js';
import { onRealSockets } from '../../support/stage.js';
import { onlyWithAll } from '../../support/how-many.js';

const program = (how: string, port: number): Program =>
  new Program(new URL('../programs/log-ip.ts', import.meta.url), [how, String(port)]);

const linesOf = ({ text }: Peer): Line[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);

describe('the process of an app that logs to a viewer', function () {
  this.timeout(30_000);
  onRealSockets('the app is another process');
  let server: PeerServer;

  beforeEach(async () => {
    server = await listenOn();
  });
  afterEach(async () => {
    closePeers();
  });

  it('ends by itself, when every line has left', async () => {
    const { code, err } = await program('lines', server.port).exit();
    const viewer = await server.peer();
    await viewer.ended();
    expect({ code, err }).to.deep.equal({ code: 0, err: '' });
    const lines = linesOf(viewer).filter(({ msg }) => msg.startsWith('line'));
    expect(lines.map(({ msg }) => msg)).to.deep.equal(Array.from({ length: 5_000 }, (_, n) => `line ${n}`));
  });

  it('ends by itself, where nobody listens, and tells on stderr what did not arrive', async () => {
    const { code, err } = await program('lines', await freePort()).exit();
    expect(code).to.equal(0);
    expect(err).to.match(/\d+ lines of the log did not reach the viewer/);
  });

  it('ends by itself, where the viewer never reads', async function () {
    onlyWithAll(this, 'a viewer that never reads');
    server.server.on('connection', (socket) => socket.pause());
    const { code, err } = await program('flood', server.port).exit();
    expect(code).to.equal(0);
    expect(err).to.match(/\d+ lines of the log did not reach the viewer/);
  });

  it('goes on where the viewer floods it, and uses little memory for that', async () => {
    const flood = Buffer.alloc(1024 * 1024, 'x');
    server.server.on('connection', (socket) => {
      const more = (): void => void socket.write(flood, (error) => (error ? undefined : more()));
      more();
    });
    const { code, out } = await program('patient', server.port).exit();
    expect(code).to.equal(0);
    expect(Number(out.at(-1))).to.be.lessThan(128);
  });

  it('goes on where the viewer resets each connection', async () => {
    server.server.on('connection', (socket) => socket.resetAndDestroy());
    const { code } = await program('patient', server.port).exit();
    expect(code).to.equal(0);
  });

  it('ends with its last lines sent, where a failure ends the app', async () => {
    const { code } = await program('fails', server.port).exit();
    const viewer = await server.peer();
    await viewer.ended();
    expect(code).to.equal(1);
    expect(linesOf(viewer).map(({ msg }) => msg)).to.include('boom');
  });
});
