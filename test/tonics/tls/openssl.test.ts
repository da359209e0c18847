import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { TcpConnection } from '../../../src/index.js';
import { lines } from '../../../src/framing/index.js';
import { serve, tidyUp } from '../../support/net-app.js';
import { freePort } from '../../support/peers.js';
import { onRealSockets } from '../../support/stage.js';
import { authority, connectTls, own } from '../../support/tls.js';

class Shout extends TcpConnection.with({ framing: lines({ max: 1_000 }) }) {
  ttse__onFrame(line: string): void {
    if (line !== 'STARTTLS') return void this.sendFrame(line.toUpperCase());
    this.sendFrame('220 go ahead');
    this.startTls();
  }
  ttse__onSecure(): void {}
}

/** As `openssl s_client -starttls smtp` expects it. */
class Mail extends Shout {
  ttse__onConnected(): void {
    this.sendFrame('220 hello');
  }
  override ttse__onFrame(line: string): void {
    if (line.startsWith('EHLO')) this.send('250-here\n250 STARTTLS\n');
    else super.ttse__onFrame(line);
  }
}

describe('OpenSSL as the other side', () => {
  onRealSockets('it is a program of its own');
  let folder = '';
  const running: ChildProcess[] = [];

  before(function () {
    if (spawnSync('openssl', ['version']).status === 0) return;
    console.log('      skipped: openssl is not here');
    this.skip();
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'openssl-'));
    writeFileSync(join(folder, 'ca.pem'), authority.cert);
    writeFileSync(join(folder, 'cert.pem'), own.cert);
    writeFileSync(join(folder, 'key.pem'), own.key);
  });
  afterEach(async function () {
    for (const child of running.splice(0)) child.kill();
    await tidyUp.call(this);
    rmSync(folder, { recursive: true });
  });

  /** What the client of OpenSSL makes of a server, and whether it was content. */
  async function client(port: number, ...more: string[]): Promise<{ readonly ok: boolean; readonly text: string }> {
    const child = spawn(
      'openssl',
      ['s_client', '-connect', `127.0.0.1:${port}`, '-CAfile', 'ca.pem', '-verify_return_error', ...more],
      { cwd: folder },
    );
    running.push(child);
    let text = '';
    const hear = (bytes: Buffer): void => void (text += bytes.toString());
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.stdin.on('error', () => {});
    // It goes when its input ends, so the answer is waited for.
    child.stdout.on('data', () => text.includes('HELLO') && child.stdin.end());
    child.stdin.write('hello\n');
    const [code] = (await once(child, 'close')) as [number];
    return { ok: code === 0 && text.includes('HELLO'), text };
  }

  it('talks to a server with every cipher that there shall be, and with no other', async () => {
    const rsa = authority.issue({ kind: 'rsa' });
    const servers = {
      ECDSA: (await serve(() => new Shout(), { tls: own })).port,
      RSA: (await serve(() => new Shout(), { tls: rsa })).port,
    };
    const good = ['AES128-GCM-SHA256', 'AES256-GCM-SHA384', 'CHACHA20-POLY1305'];
    for (const [kind, port] of Object.entries(servers)) {
      for (const cipher of good) {
        const { ok, text } = await client(port, '-tls1_2', '-cipher', `ECDHE-${kind}-${cipher}`);
        expect(ok, text).to.equal(true);
      }
    }
    for (const suite of ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256']) {
      const { ok, text } = await client(servers.ECDSA, '-tls1_3', '-ciphersuites', suite);
      expect(ok, text).to.equal(true);
    }
    const known = String(spawnSync('openssl', ['ciphers', 'ALL:COMPLEMENTOFALL:@SECLEVEL=0']).stdout)
      .trim()
      .split(':');
    const others = known.filter(
      (name) => !name.startsWith('TLS_') && !good.some((end) => /^ECDHE-(ECDSA|RSA)-/.test(name) && name.endsWith(end)),
    );
    expect(others.length).to.be.greaterThan(20);
    // All at once: with any one that both know the handshake would be done.
    for (const port of Object.values(servers)) {
      const { ok, text } = await client(port, '-tls1_2', '-cipher', `${others.join(':')}:@SECLEVEL=0`);
      expect(ok, text).to.equal(false);
      expect(text).to.include('handshake failure');
    }
  });

  it('finds no version below 1.2', async () => {
    const { port } = await serve(() => new Shout(), { tls: own });
    for (const version of ['-tls1', '-tls1_1'])
      expect((await client(port, version, '-cipher', 'ALL:@SECLEVEL=0')).ok, version).to.equal(false);
    expect((await client(port, '-tls1_2')).ok).to.equal(true);
  });

  it('goes on under TLS when a protocol says so', async () => {
    const { port } = await serve(() => new Mail(), { tls: { ...own, mode: 'startTls' } });
    const { ok, text } = await client(port, '-starttls', 'smtp');
    expect(ok, text).to.equal(true);
  });

  it('shows its certificate where one is required, and is sent away without', async () => {
    const { port, server } = await serve(() => new Shout(), { tls: { ...own, ca: authority.cert } });
    expect((await client(port, '-cert', 'cert.pem', '-key', 'key.pem')).ok).to.equal(true);
    // What the client prints of it depends on which comes first: the alert, or that its own write finds nobody.
    expect((await client(port)).ok).to.equal(false);
    expect(server.counts.turnedAway.handshake).to.equal(1);
  });

  it('resumes a session', async () => {
    const { port } = await serve(() => new Shout(), { tls: own });
    expect((await client(port, '-tls1_3', '-sess_out', 'session')).ok).to.equal(true);
    const { ok, text } = await client(port, '-tls1_3', '-sess_in', 'session');
    expect(ok).to.equal(true);
    expect(text).to.contain('Reused, TLSv1.3');
  });

  it('is heard by a client, as a server', async () => {
    const port = await freePort();
    const args = ['s_server', '-accept', `127.0.0.1:${port}`, '-cert', 'cert.pem', '-key', 'key.pem', '-rev', '-quiet'];
    running.push(spawn('openssl', args, { cwd: folder, stdio: 'ignore' }));
    const { app, client: tls } = await connectTls(port, {}, { retries: 50, retryDelay: 50, retryCap: 100 });
    tls.ttsc__send('hello\n');
    const [, data] = await app.heard.on('onData');
    expect(String(data)).to.equal('olleh\n');
    expect(tls.tls).to.include({ version: 'TLSv1.3' });
  });
});
