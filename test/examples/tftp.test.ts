import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Address, type ResendKey, type TaskTonicError, UdpServer, UdpSocket } from 'tasktonic';
import { type Distiller, type Fault, explore } from 'tasktonic/testing';
import { Folder, type OpenFile } from '../../examples/tftp/folder.js';
import { ERROR, tftp } from '../../examples/tftp/packets.js';
import { Transfer } from '../../examples/tftp/transfer.js';
import { needsCommands, runCommand } from '../support/commands.js';
import { howMany, onlyWithAll } from '../support/how-many.js';
import { udpPeer } from '../support/peers.js';
import { onRealSockets } from '../support/stage.js';
import { tidyUp } from '../support/net-app.js';
import { ExampleApp } from './support/example-app.js';

/** 1,300 bytes, each of which tells its place. */
const CONTENT = Buffer.from(Array.from({ length: 1_300 }, (_, n) => (n * 7 + (n >> 8)) & 255));

/** The numbers of the kinds of packets (RFC 1350). */
const OP = { read: 1, write: 2, error: 5 } as const;

const packet = (kind: 'data' | 'ack', block: number, data: Uint8Array = Buffer.alloc(0)): Buffer =>
  tftp.encode(kind === 'ack' ? { kind, block } : { kind, block, data: Buffer.from(data) });

const request = (op: number, name: string, ...options: readonly string[]): Buffer =>
  Buffer.from(`\0${String.fromCharCode(op)}${[name, 'octet', ...options].join('\0')}\0`, 'latin1');

describe('the TFTP server', () => {
  onRealSockets('tftp is a program of others');
  let below: string;
  let folder: string;
  let app: ExampleApp;

  beforeEach(async () => {
    below = await mkdtemp(join(tmpdir(), 'tftp-'));
    folder = join(below, 'files');
    await mkdir(folder);
    await writeFile(join(folder, 'there.bin'), CONTENT);
    await writeFile(join(below, 'secret'), 'secret');
    const files = new Folder(folder);
    app = await ExampleApp.start(() => new UdpServer({ host: '127.0.0.1', protocol: () => new Transfer(files) }));
  });
  afterEach(async () => {
    await app.end();
    await rm(below, { recursive: true });
  });
  afterEach(tidyUp);

  describe('with the client of tftp-hpa', () => {
    before(function () {
      needsCommands(this, 'tftp');
    });

    const tftp = async (...words: readonly string[]): Promise<string> => {
      const { out, err } = await runCommand('tftp', [
        '-m',
        'octet',
        '127.0.0.1',
        String(app.ports[0]!),
        '-c',
        ...words,
      ]);
      return out + err;
    };

    it('sends a file', async () => {
      await tftp('get', 'there.bin', join(below, 'got'));
      expect(await readFile(join(below, 'got'))).to.deep.equal(CONTENT);
    });

    it('sends one that ends with a whole block, and an empty one', async () => {
      await writeFile(join(folder, 'whole'), CONTENT.subarray(0, 1_024));
      await writeFile(join(folder, 'empty'), '');
      for (const [name, size] of [
        ['whole', 1_024],
        ['empty', 0],
      ] as const) {
        await tftp('get', name, join(below, name));
        expect(await readFile(join(below, name))).to.have.length(size);
      }
    });

    it('receives a file', async () => {
      await writeFile(join(below, 'new'), CONTENT);
      await tftp('put', join(below, 'new'), 'new.bin');
      expect(await readFile(join(folder, 'new.bin'))).to.deep.equal(CONTENT);
    });

    it('writes over nothing, and tells what is not there', async () => {
      await writeFile(join(below, 'other'), 'other');
      expect(await tftp('put', join(below, 'other'), 'there.bin')).to.match(/Error code 6/i);
      expect(await tftp('get', 'nowhere', join(below, 'got'))).to.match(/Error code 1/i);
      expect(await readFile(join(folder, 'there.bin'))).to.deep.equal(CONTENT);
    });
  });

  const answer = async (...packets: readonly Buffer[]): Promise<Buffer> => {
    const peer = await udpPeer();
    for (const each of packets) peer.send(each, app.ports[0]!);
    await peer.received();
    return (await peer.heard.on('message'))[0] as Buffer;
  };

  it('lets no name out of its folder, nor a link', async () => {
    await symlink(join(below, 'secret'), join(folder, 'link'));
    await symlink(below, join(folder, 'up'));
    for (const name of ['../secret', '/../secret', 'link', 'up/secret', '..', '.', ''])
      for (const op of [OP.read, OP.write]) expect((await answer(request(op, name)))[1], name).to.equal(OP.error);
    expect((await answer(request(OP.write, 'up/new')))[1]).to.equal(OP.error);
    expect(await readdir(below)).to.have.members(['files', 'secret']);
  });

  it('agrees on options that it knows, and on no others', async () => {
    const agreed = await answer(request(OP.read, 'there.bin', 'BLKSIZE', '1024', 'tsize', '0', 'windowsize', '4'));
    expect(agreed.toString('latin1')).to.equal('\0\x06blksize\x001024\0tsize\x001300\0');
    for (const blockSize of ['7', '-1', 'x']) {
      const data = tftp.codec.read(await answer(request(OP.read, 'there.bin', 'blksize', blockSize)));
      expect(data).to.deep.equal({ kind: 'data', block: 1, data: CONTENT.subarray(0, 512) });
    }
  });

  for (const [what, sent] of [
    ['nothing', Buffer.alloc(0)],
    ['no request', packet('data', 1, Buffer.from('x'))],
    ['a request without an end', request(OP.read, 'x').subarray(0, -1)],
    ['a text file', Buffer.from('\0\x01there.bin\0netascii\0', 'latin1')],
  ] as const)
    it(`answers ${what} with an error`, async () => {
      expect((await answer(sent))[1]).to.equal(OP.error);
    });

  it('removes what a client has begun to write, and has given up', async () => {
    const peer = await udpPeer();
    peer.send(request(OP.write, 'half'), app.ports[0]!);
    await peer.received();
    peer.send(packet('data', 1, Buffer.alloc(512)), app.ports[0]!);
    await peer.received(2);
    expect(await readdir(folder)).to.include('half');
    peer.send(tftp.encode({ kind: 'error', code: ERROR.other, text: 'disk full' }), app.ports[0]!);
    for (let looks = 0; (await readdir(folder)).includes('half'); looks++) expect(looks).to.be.below(10_000);
  });

  it('reads requests as they are', () => {
    expect(tftp.codec.read(request(OP.write, 'a', 'tsize', '5'))).to.deep.equal({
      kind: 'write',
      name: 'a',
      mode: 'octet',
      options: [{ name: 'tsize', value: '5' }],
    });
  });
});

/** Files in memory. */
class Memory {
  readonly files = new Map<string, Buffer>([['there', CONTENT]]);

  async open(name: string, writes: boolean): Promise<OpenFile> {
    const { files } = this;
    let content = writes ? Buffer.alloc(0) : files.get(name)!;
    let position = 0;
    return {
      size: content.length,
      read: async (most) => content.subarray(position, (position += most)),
      write: async (data) => {
        content = Buffer.concat([content, data]);
        return data.length;
      },
      close: async (isWhole) => void (isWhole && writes && files.set(name, content)),
    };
  }
}

/** Writes a file to a server, or reads it from there; each packet again until it is answered. */
class Client extends UdpSocket {
  readonly got: Buffer[] = [];
  done = false;
  #block = 0;
  #sent = Buffer.alloc(0);
  constructor(
    private readonly server: Address,
    private readonly writes: boolean,
  ) {
    super({ name: writes ? 'writer' : 'reader', port: 0 });
  }
  static override readonly states = ['waits'];
  static override readonly stateTimeouts = { waits: 700 };
  ttse__onListening(): void {
    this.#say(request(this.writes ? OP.write : OP.read, this.writes ? 'new' : 'there'));
  }
  ttse__onDatagram(data: Buffer): void {
    const heard = tftp.codec.read(data);
    if (heard.kind !== (this.writes ? 'ack' : 'data')) return;
    if (heard.kind === 'ack') {
      if (heard.block !== this.#block) return;
      this.done = this.#block * 512 > CONTENT.length;
      if (!this.done)
        this.#say(packet('data', ++this.#block, CONTENT.subarray((this.#block - 1) * 512, this.#block * 512)));
    } else if (heard.kind === 'data') {
      if (heard.block === this.#block + 1) {
        this.#block++;
        this.got.push(heard.data);
        this.done = heard.data.length < 512;
      }
      this.#say(packet('ack', this.#block));
    }
  }
  ttse__onStateTimeout(): void {
    if (!this.done) this.#say(this.#sent);
  }
  #say(sent: Buffer): void {
    this.#sent = sent as Buffer<ArrayBuffer>;
    this.send(sent, this.server);
    this.toState('waits' as never, { reenter: true });
  }
}

/** The bug that is put in on purpose: a block that comes twice is written twice. */
class Careless extends Transfer {
  protected override answered(key: ResendKey): boolean {
    super.answered(key);
    return true;
  }
}

const transfers =
  (Kind: typeof Transfer) =>
  async (distiller: Distiller): Promise<void> => {
    const memory = new Memory();
    await distiller.join(() => void new UdpServer({ port: 69, protocol: () => new Kind(memory) }), { host: 'server' });
    await distiller.settle();
    const server = { address: distiller.network.host('server').addresses[0]!, port: 69 };
    await distiller.join(() => [true, false].map((writes) => new Client(server, writes)), { host: 'client' });
    distiller.network.conditions({ latency: 20, loss: 0.1, duplicate: 0.1, jitter: 30 });
    await distiller.advance('20s');
    const [reader, writer] = [distiller.find<Client>('reader')!, distiller.find<Client>('writer')!];
    distiller.network.conditions({ loss: 0 });
    await distiller.advance('20s');
    expect([reader.done, writer.done]).to.deep.equal([true, true]);
    expect([Buffer.concat(reader.got), memory.files.get('new')]).to.deep.equal([CONTENT, CONTENT]);
  };

describe('transfers over TFTP on a network that loses packets, and brings some twice', () => {
  it('bring the files as they are', async function () {
    this.timeout(60_000);
    const { faults } = await explore({ runs: howMany(3, 40), seed: 1 }, transfers(Transfer));
    expect(faults['loss']).to.be.greaterThan(0);
    expect(faults['duplicate']).to.be.greaterThan(0);
  });

  it('would be found out if they took a block twice', async function () {
    onlyWithAll(this, 'a bug in an example');
    this.timeout(60_000);
    const error = await explore({ runs: 100, seed: 1 }, transfers(Careless)).then(
      () => expect.fail('explore() found nothing'),
      (thrown: TaskTonicError) => thrown,
    );
    const kinds = (error.details['faults'] as Fault[]).map(({ kind }) => kind);
    expect(new Set(kinds)).to.deep.equal(new Set(['loss']));
  });
});
