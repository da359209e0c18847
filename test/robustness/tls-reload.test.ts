import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import { expect } from 'chai';
import { howMany, onlyWithAll } from '../support/how-many.js';
import { tidyUp } from '../support/net-app.js';
import { onRealSockets } from '../support/stage.js';
import { authority, serveTls } from '../support/tls.js';

const SECONDS = howMany(2, 10);
/** Handshakes a second, and reloads a second. */
const HANDSHAKES = 100;
const RELOADS = 2;

describe(`certificates that are read again ${RELOADS} times a second, under ${HANDSHAKES} handshakes a second`, () => {
  onRealSockets('the handshakes are those of Node, and the files are real');
  let folder = '';
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'reload-'))));
  afterEach(async function () {
    await tidyUp.call(this);
    rmSync(folder, { recursive: true });
  });

  /** As programs that renew certificates do it: a new file, and a rename. */
  function renew(name: string): void {
    const { cert, key } = authority.issue({ name });
    for (const [file, text] of Object.entries({ 'cert.pem': cert, 'key.pem': key })) {
      writeFileSync(join(folder, `${file}.new`), text);
      renameSync(join(folder, `${file}.new`), join(folder, file));
    }
  }

  /** One handshake, full or resumed: who the server is, or why it failed. */
  async function handshake(
    port: number,
    session: Buffer | undefined,
  ): Promise<{ name: string; session: Buffer | undefined }> {
    return new Promise((resolve, reject) => {
      let made: Buffer | undefined;
      const options = {
        port,
        host: '127.0.0.1',
        ca: authority.cert,
        servername: 'localhost',
        ...(session && { session }),
      };
      const socket = connect(options);
      socket.on('session', (one: Buffer) => (made = one));
      socket.on('error', reject);
      socket.once('data', () => {
        const { subject } = socket.getPeerCertificate();
        resolve({ name: socket.isSessionReused() ? 'resumed' : String(subject.CN), session: made });
        socket.end();
      });
    });
  }

  it('fails none of them', async function () {
    onlyWithAll(this, '100 handshakes a second');
    this.timeout(60_000);
    renew('0');
    const files = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') };
    const server = await serveTls({ ...files, watchFiles: false });
    const names = new Map<string, number>();
    const failed: unknown[] = [];
    let session: Buffer | undefined;
    const under: Promise<void>[] = [];
    const from = performance.now();
    const reload = setInterval(() => {
      renew(String(Math.round(performance.now() - from)));
      void server.app.inside(() => server.server.ttsc__reloadCertificates());
    }, 1_000 / RELOADS);
    const total = SECONDS * HANDSHAKES;
    for (let begun = 0; begun < total;) {
      for (; begun < ((performance.now() - from) / 1_000) * HANDSHAKES && begun < total; begun++) {
        const one = handshake(server.port, begun % 2 === 0 ? undefined : session).then((done) => {
          session = done.session ?? session;
          names.set(done.name, (names.get(done.name) ?? 0) + 1);
        });
        under.push(one.catch((error: unknown) => void failed.push(error)));
      }
      await sleep(5);
      for (const connection of server.connections.splice(0)) connection.ttsc__send('welcome');
    }
    clearInterval(reload);
    const all = Promise.all(under);
    for (let over = false; !over;) {
      over = await Promise.race([all.then(() => true), sleep(5, false)]);
      for (const connection of server.connections.splice(0)) connection.ttsc__send('welcome');
    }
    expect(failed).to.deep.equal([]);
    expect([...names.values()].reduce((sum, n) => sum + n)).to.equal(total);
    // Several certificates were shown, and about half of all went on from a session.
    expect(names.size).to.be.greaterThan(SECONDS);
    expect(names.get('resumed')).to.be.greaterThan(total / 4);
    expect(server.heard.count('onError')).to.equal(0);
  });
});
