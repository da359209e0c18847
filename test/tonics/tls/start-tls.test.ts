import { type TLSSocket, connect } from 'node:tls';
import { expect } from 'chai';
import { TcpClient, TcpConnection, type TlsInfo } from '../../../src/index.js';
import { lines } from '../../../src/framing/index.js';
import { Heard } from '../../support/heard.js';
import { serve, startNet, tidyUp } from '../../support/net-app.js';
import { connectTo } from '../../support/peers.js';
import { onRealSockets } from '../../support/stage.js';
import { authority, own } from '../../support/tls.js';

/** A line protocol with a command that begins TLS. */
class Mail extends TcpConnection.with({ framing: lines({ max: 100 }) }) {
  readonly heard = new Heard();
  /** What `canStartTls` was, and when. */
  readonly could: string[] = [];
  ttse__onConnected(): void {
    this.could.push(`220: ${this.canStartTls}`);
    this.sendFrame('220 hello');
  }
  ttse__onFrame(line: string): void {
    this.heard.push('line', line, this.tls?.version);
    this.could.push(`${line}: ${this.canStartTls}`);
    if (line !== 'STARTTLS') return void this.sendFrame(`250 ${line}`);
    this.sendFrame('220 go ahead');
    this.startTls();
    this.could.push(`${line}, begun: ${this.canStartTls}`);
  }
  ttse__onSecure(tls: TlsInfo): void {
    this.heard.push('secure', tls);
  }
  override ttse__onError(error: unknown): void {
    this.heard.push('error', error);
  }
  override ttse__onDisconnected(info: unknown): void {
    this.heard.push('over', info);
  }
}

/** The other side of it. */
class MailClient extends TcpClient.with({ framing: lines({ max: 100 }) }) {
  readonly heard = new Heard();
  ttse__onFrame(line: string): void {
    this.heard.push(`${line}${this.tls === undefined ? '' : ', under TLS'}`);
    if (line === '220 hello') this.sendFrame('STARTTLS');
    if (line === '220 go ahead') this.startTls();
    if (line === '220 go ahead') this.sendFrame('EHLO');
  }
  ttse__onSecure(tls: TlsInfo): void {
    this.heard.push('secure', tls);
  }
  override ttse__onError(error: unknown): void {
    this.heard.push('error', error);
  }
  override ttse__onDisconnected(info: unknown): void {
    this.heard.push('over', info);
  }
}

const tls = { ...own, mode: 'startTls' } as const;
const trusts = { ca: authority.cert, mode: 'startTls' } as const;

describe('startTls()', () => {
  afterEach(tidyUp);

  async function pair(ofClient: Omit<typeof trusts, 'ca'> & { readonly ca?: string; servername?: string } = trusts) {
    const server = await serve(() => new Mail(), { tls });
    let client!: MailClient;
    const app = await startNet(() => {
      client = new MailClient({ host: '127.0.0.1', port: server.port, retries: 0, tls: ofClient });
    });
    return { server, client, app };
  }

  it('can be called where canStartTls says so: with the option, in plain text, and once', async () => {
    const { server, client } = await pair();
    await client.heard.on('250 EHLO, under TLS');
    expect(server.connections[0]!.could).to.deep.equal([
      '220: true',
      'STARTTLS: true',
      'STARTTLS, begun: false',
      'EHLO: false',
    ]);
    const plain = await serve(() => new Mail());
    expect((await plain.pair()).connection.canStartTls).to.equal(false);
  });

  it('has both sides go on under TLS; what is sent after it leaves under it', async () => {
    const { server, client } = await pair();
    await client.heard.on('250 EHLO, under TLS');
    expect(client.heard.names).to.deep.equal(['220 hello', '220 go ahead', 'secure', '250 EHLO, under TLS']);
    const { heard, tls: info } = server.connections[0]!;
    expect(heard.all('line')).to.deep.equal([
      ['STARTTLS', undefined],
      ['EHLO', 'TLSv1.3'],
    ]);
    expect(heard.all('secure')[0]![0]).to.equal(info);
    expect(client.tls!.identity!.commonName).to.equal('server of a test');
  });

  it('ends the connection where the server is not who it must be', async () => {
    const { client } = await pair({ ...trusts, servername: 'elsewhere' });
    const [error] = await client.heard.on('error');
    expect(error.code).to.equal('TT_TLS_WRONG_NAME');
    expect(error.message).to.contain('not for elsewhere');
    const [info] = await client.heard.on('over');
    expect(info).to.include({ reason: 'error', error });
  });

  it('ends a connection whose peer goes on in plain text', async () => {
    const server = await serve(() => new Mail(), { tls });
    const peer = await connectTo(server.port);
    peer.send('STARTTLS\nQUIT\n');
    const connection = await server.made();
    const [error] = await connection.heard.on('error');
    expect(error.code).to.equal('TT_TLS_NOT_SPOKEN');
    await peer.heard.on('close');
    // What was put behind the command is not taken for something that came under TLS.
    expect(connection.heard.all('line')).to.have.length(1);
  });

  it('gives a peer that says nothing more so long', async () => {
    const server = await serve(() => new Mail(), { tls, handshakeTimeout: 700 });
    const peer = await connectTo(server.port);
    peer.send('STARTTLS\n');
    const [error] = await (await server.made()).heard.on('error');
    expect(error.code).to.equal('TT_TLS_TIMEOUT');
    await peer.heard.on('close');
  });

  it('is refused where nobody has said how, and a second time', async () => {
    class Eager extends Mail {
      override ttse__onSecure(): void {
        this.#try();
      }
      override ttse__onConnected(): void {
        if (this.name.startsWith('plain')) this.#try();
        else super.ttse__onConnected();
      }
      #try(): void {
        try {
          this.startTls();
        } catch (thrown) {
          this.heard.push('thrown', (thrown as { code: string }).code);
        }
      }
    }
    const plain = await serve(() => new Eager({ name: 'plain' }));
    await connectTo(plain.port);
    expect(await (await plain.made()).heard.on('thrown')).to.deep.equal(['TT_NO_TLS']);
    const server = await serve(() => new Eager(), { tls });
    await startNet(() => void new MailClient({ host: '127.0.0.1', port: server.port, tls: trusts }));
    expect(await (await server.made()).heard.on('thrown')).to.deep.equal(['TT_TLS_BEGUN']);
  });

  it('comes behind all that was given before, however little the peer takes at once', async () => {
    const line = 'x'.repeat(90);
    const MANY = 30_000;
    class Wordy extends Mail {
      override ttse__onFrame(command: string): void {
        if (command === 'STARTTLS') for (let n = 0; n < MANY; n++) this.sendFrame(line);
        super.ttse__onFrame(command);
      }
    }
    const server = await serve(() => new Wordy(), { tls });
    let client!: MailClient;
    await startNet(() => {
      client = new MailClient({ host: '127.0.0.1', port: server.port, tls: trusts });
    });
    await client.heard.on('250 EHLO, under TLS');
    expect(client.heard.count(line)).to.equal(MANY);
  });

  it('takes its place behind answers that are still to be given', async () => {
    class Slow extends Mail {
      override ttse__onFrame(line: string): void {
        this.heard.push('line', line, this.tls?.version);
        if (line === 'STARTTLS') {
          const reply = this.reply();
          this.sendFrame('220 go ahead');
          this.startTls();
          this.reply().end('under TLS\n');
          this.ttsc__later(() => reply.end('first\n'));
        }
      }
      ttsc__later(then: () => void): void {
        then();
      }
    }
    const server = await serve(() => new Slow(), { tls });
    let client!: MailClient;
    await startNet(() => {
      client = new MailClient({ host: '127.0.0.1', port: server.port, tls: trusts });
    });
    await client.heard.on('under TLS, under TLS');
    expect(client.heard.names).to.deep.equal(['220 hello', 'first', '220 go ahead', 'secure', 'under TLS, under TLS']);
    // While it waits, what is behind the command is not heard.
    const peer = await connectTo(server.port);
    peer.send('STARTTLS\nQUIT\n');
    const hasty = await server.made(2);
    await hasty.heard.on('error');
    expect(hasty.heard.count('line')).to.equal(1);
  });
});

describe('startTls() with a ClientHello in the same segment as the command', () => {
  afterEach(tidyUp);
  onRealSockets('the peer is one of Node, whose first flight is caught and put behind the command');

  /** A client that sends its ClientHello together with the command: it does not wait for the answer. */
  async function hasty(port: number): Promise<TLSSocket> {
    const { Duplex } = await import('node:stream');
    const peer = await connectTo(port);
    const { socket } = peer;
    let first = true;
    let greeting = '';
    const over = new Duplex({
      read: () => {},
      write(bytes: Buffer, _encoding, done) {
        socket.write(first ? Buffer.concat([Buffer.from('STARTTLS\n'), bytes]) : bytes, () => done());
        first = false;
      },
    });
    const answer = '220 hello\n220 go ahead\n';
    socket.on('data', (bytes: Buffer) => {
      const text = greeting.length < answer.length ? bytes.subarray(0, answer.length - greeting.length) : undefined;
      greeting += text?.toString('latin1') ?? '';
      const rest = bytes.subarray(text?.length ?? 0);
      if (rest.length > 0) over.push(rest);
    });
    socket.on('end', () => over.push(null));
    return connect({ socket: over, ca: authority.cert, servername: 'localhost' });
  }

  it('loses nothing of it', async () => {
    const server = await serve(() => new Mail(), { tls });
    const socket = await hasty(server.port);
    await new Promise<void>((resolve, reject) => socket.on('secureConnect', resolve).on('error', reject));
    socket.write('EHLO\n');
    const answer = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
    expect(String(answer)).to.equal('250 EHLO\n');
    socket.destroy();
  });

  it('nor without a framing, where the protocol gives what it has heard', async () => {
    class Raw extends TcpConnection {
      ttse__onConnected(): void {
        this.send('220 hello\n');
      }
      ttse__onData(data: Buffer): void {
        if (this.tls !== undefined) return void this.send(`250 ${data.toString()}`);
        const end = data.indexOf('\n') + 1;
        this.send('220 go ahead\n');
        this.startTls(data.subarray(end));
      }
      ttse__onSecure(): void {}
    }
    const server = await serve(() => new Raw(), { tls });
    const socket = await hasty(server.port);
    await new Promise<void>((resolve, reject) => socket.on('secureConnect', resolve).on('error', reject));
    socket.write('EHLO\n');
    const answer = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
    expect(String(answer)).to.equal('250 EHLO\n');
    socket.destroy();
  });
});
