import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { inspect } from 'node:util';
import { expect } from 'chai';
import { TcpClient, TcpServer, type TcpServerOptions } from '../../../src/index.js';
import { bench } from '../../support/bench.js';
import type { Made } from '../../support/certificates.js';
import { type NetApp, startNet, tidyUp } from '../../support/net-app.js';
import { authority, connectTls, own, serveTls } from '../../support/tls.js';

type Tls = NonNullable<TcpServerOptions['tls']>;

let folder = '';
function file(name: string, text = ''): string {
  const path = join(folder, name);
  if (text !== '') writeFileSync(path, text);
  return path;
}

function filesOf({ cert, key }: Made): { readonly certFile: string; readonly keyFile: string } {
  return { certFile: file('cert.pem', cert), keyFile: file('key.pem', key) };
}

async function nameShown(port: number): Promise<string | undefined> {
  const { app, client } = await connectTls(port, { servername: 'localhost' });
  await app.heard.on('onConnected');
  return client.tls!.identity!.commonName;
}

describe('certificates', () => {
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'certificates-'))));
  afterEach(async function () {
    await tidyUp.call(this);
    rmSync(folder, { recursive: true });
  });

  /** What the options of a server are refused with. */
  async function refused(tls: Tls): Promise<string> {
    let message = 'nothing was refused';
    const app = await startNet(() => {
      try {
        new TcpServer({ port: 0, tls });
      } catch (thrown) {
        message = (thrown as Error).message.replaceAll(`${folder}/`, '');
      }
    });
    await app.over();
    return message;
  }

  it('are refused at once, with what is wrong with which of them', async () => {
    const other = authority.issue();
    const must = 'The certificate of TcpServer cannot be used: ';
    expect(await refused({})).to.equal(`${must}there is none: give "cert" and "key", or "certFile" and "keyFile".`);
    expect(await refused({ cert: own.cert })).to.equal(`${must}it has no key: give "key" or "keyFile".`);
    expect(await refused({ key: own.key })).to.equal(
      `${must}it has a key and no certificate: give "cert" or "certFile".`,
    );
    expect(await refused({ cert: own.cert, key: other.key })).to.equal(
      `${must}"key" is not the key of that certificate.`,
    );
    expect(await refused({ certFile: file('c.pem', own.cert), keyFile: file('k.pem', other.key) })).to.match(
      /the file k\.pem is not the key of that certificate \(c\.pem\)\.$/,
    );
    expect(await refused({ certFile: file('missing.pem'), keyFile: file('k.pem') })).to.equal(
      `${must}the file missing.pem ("certFile") cannot be read: there is none.`,
    );
    expect(await refused({ cert: own.key, key: own.key })).to.equal(
      `${must}"cert" has no certificate in PEM, but a private key.`,
    );
    expect(await refused({ cert: own.cert, key: 'abc' })).to.equal(
      `${must}"key" has no private key in PEM that can be read.`,
    );
    expect(await refused({ ...own, ca: 'abc' })).to.equal(`${must}"ca" has no certificate in PEM, but something else.`);
    expect(await refused({ ...own, ciphers: 'NONE-OF-THESE' })).to.equal(`${must}"ciphers" names none that there is.`);
    expect(await refused({ ...own, certFile: 'x' })).to.equal(
      `${must}both "cert" and "certFile" are given: one is enough.`,
    );
    expect(await refused({ ...own, names: { 'a.example.com': { cert: own.cert, key: other.key } } })).to.equal(
      'The certificate for a.example.com cannot be used: "key" is not the key of that certificate.',
    );
  });

  it('of a client are refused in the same way', async () => {
    const app = await startNet(() => {
      const make = (): unknown => new TcpClient({ port: 1, tls: { cert: own.cert, key: authority.issue().key } });
      expect(make).to.throw('The certificate of TcpClient cannot be used: "key" is not the key of that certificate.');
    });
    await app.over();
  });

  it('are read from files', async () => {
    const server = await serveTls(filesOf(authority.issue({ name: 'of a file' })));
    expect(await nameShown(server.port)).to.equal('of a file');
  });

  it('are read again on command, and connections that are open stay as they are', async () => {
    const server = await serveTls({ ...filesOf(authority.issue({ name: 'first' })), watchFiles: false });
    const before = await connectTls(server.port);
    await before.app.heard.on('onConnected');
    filesOf(authority.issue({ name: 'second' }));
    expect(await nameShown(server.port)).to.equal('first');
    await server.app.inside(() => server.server.ttsc__reloadCertificates());
    expect(await nameShown(server.port)).to.equal('second');
    before.client.ttsc__send('still there');
    await (await server.made()).heard.on('onData');
  });

  it('are read again when their files have changed', async () => {
    const server = await serveTls({ ...filesOf(authority.issue({ name: 'first' })), watchFiles: 200 });
    filesOf(authority.issue({ name: 'second' }));
    await bench().pass(450);
    expect(await nameShown(server.port)).to.equal('second');
  });

  it('stay what they were where the new ones are not right, and that is told once', async () => {
    const server = await serveTls({ ...filesOf(authority.issue({ name: 'first' })), watchFiles: 200 });
    file('cert.pem', authority.issue({ name: 'without its key' }).cert);
    const [, error] = await server.heard.on('onError');
    expect(error.code).to.equal('TT_BAD_CERTIFICATE');
    expect(await nameShown(server.port)).to.equal('first');
    await bench().pass(1_000);
    expect(server.heard.count('onError')).to.equal(1);
    filesOf(authority.issue({ name: 'third' }));
    await bench().pass(450);
    expect(await nameShown(server.port)).to.equal('third');
  });

  it('leave sessions valid that began before: a client goes on from one', async () => {
    expect(await resumesAfterReload({})).to.equal(true);
  });

  it('but not where others are trusted now: who was verified before is verified again', async () => {
    const device = authority.issue({ name: 'device' });
    expect(
      await resumesAfterReload({ caFile: file('ca.pem', authority.cert) }, device, () => {
        file('ca.pem', `${authority.cert}\n${authority.issue().cert}`);
      }),
    ).to.equal(false);
  });

  async function resumesAfterReload(more: Partial<Tls>, device?: Made, change?: () => void): Promise<boolean> {
    const server = await serveTls({ ...filesOf(own), ...more });
    const { app, client } = await connectTls(server.port, { ...device });
    await app.heard.on('onConnected');
    (await server.made()).ttsc__send('welcome');
    await app.heard.on('onData');
    change?.();
    await server.app.inside(() => server.server.ttsc__reloadCertificates());
    client.ttsc__reconnect();
    await app.heard.on('onConnected', 2);
    expect((await server.made(2)).tls!.identity?.commonName).to.equal(device && 'device');
    return client.tls!.resumed;
  }

  it('of a client are read again with its next connection', async () => {
    const server = await serveTls({ ...own, ca: authority.cert });
    const { app, client } = await connectTls(server.port, filesOf(authority.issue({ name: 'one' })));
    await app.heard.on('onConnected');
    expect((await server.made()).tls!.identity!.commonName).to.equal('one');
    filesOf(authority.issue({ name: 'two' }));
    client.ttsc__reconnect();
    expect((await server.made(2)).tls!.identity!.commonName).to.equal('two');
  });

  it('may be a context that was made before', async () => {
    const server = await serveTls({ context: createSecureContext(authority.issue({ name: 'of a context' })) });
    expect(await nameShown(server.port)).to.equal('of a context');
  });

  it('that have expired are told in the log', async () => {
    const old = authority.issue({ name: 'old', from: new Date('2020-01-01'), to: new Date('2021-01-01') });
    const server = await serveTls(old);
    const { lines } = await server.over();
    expect(warned(lines)).to.deep.equal([
      'The certificate of TcpServer (CN=old) expired on 2021-01-01, so no client will trust it: renew it.',
    ]);
  });

  it('are never shown: no key in a dump, in the log, or in an error', async () => {
    const secret = own.key.split('\n')[1]!;
    const server = await serveTls({ ...own, passphrase: 'open sesame' });
    const { app, client } = await connectTls(server.port, { ...own, passphrase: 'open sesame' });
    await app.heard.on('onConnected');
    const connection = await server.made();
    const dump = { showHidden: true, depth: 12, maxArrayLength: 10_000, maxStringLength: Infinity, getters: true };
    const shown = [server.server, client, connection, connection.tls].map((one) => inspect(one, dump)).join('\n');
    const logged = JSON.stringify((await server.over()).lines);
    for (const text of [shown, logged]) {
      expect(text).to.not.contain(secret);
      expect(text).to.not.contain('open sesame');
      expect(text).to.not.contain('PRIVATE KEY');
    }
    expect(await refused({ ...own, key: 7 as never })).to.equal(
      'The option tls.key of TcpServer is not right: it is (a secret), and must be PEM: a text or a Buffer.',
    );
  });
});

function warned(lines: Awaited<ReturnType<NetApp['over']>>['lines']): unknown[] {
  return lines.filter(({ level }) => Number(level) >= 40).map(({ msg }) => msg);
}
