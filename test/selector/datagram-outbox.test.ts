import { expect } from 'chai';
import { type Address, type Bytes, DatagramLost, type SendFailure } from '../../src/index.js';
import { DatagramOutbox, type DatagramSink } from '../doors/selector.js';

type Done = (error: Error | undefined, addresses: readonly string[]) => void;

/** A kernel and a resolver in the hands of a test. */
class Sink implements DatagramSink {
  readonly outbox = new DatagramOutbox(this);
  readonly taken: string[] = [];
  readonly lookups = new Map<string, Done>();
  readonly cancelled: string[] = [];
  settled = 0;
  failures = 0;
  /** What it says of each datagram at once; `undefined`: the test says it. */
  answer: ((text: string) => Error | null) | undefined = () => null;

  transmit(bytes: Bytes, address: string | undefined, port: number): void {
    const text = bytes.length > 40 ? `${bytes.length} bytes` : String(Buffer.from(bytes as Uint8Array));
    if (text === 'throws') throw new Error('takes nothing');
    this.taken.push(`${text} > ${address}:${port}`);
    if (this.answer !== undefined) this.outbox.left(this.answer(text));
  }
  lookup(name: string, done: Done): () => void {
    this.lookups.set(name, done);
    return () => void this.cancelled.push(name);
  }
  onSettled(): void {
    this.settled++;
  }
  onFailure(): void {
    this.failures++;
  }

  send(data: Bytes | readonly Bytes[], address = '10.0.0.1', port = 9): boolean {
    const parts = typeof data === 'string' || data instanceof Uint8Array ? [data] : data;
    const size = parts.reduce((sum, part) => sum + Buffer.byteLength(part), 0);
    return this.outbox.send(data, size, { address, port });
  }
  found(name: string, ...addresses: string[]): void {
    this.lookups.get(name)!(addresses.length === 0 ? new Error(`no ${name}`) : undefined, addresses);
  }
  get told(): string[] {
    const told: string[] = [];
    const { failures } = this.outbox;
    for (let next: SendFailure | undefined = failures.take(); next !== undefined; next = failures.take())
      told.push(`${next.messages} to ${next.to?.address}:${next.to?.port}, ${next.bytes} bytes: ${next.error.message}`);
    return told;
  }
  get counts(): string {
    const { sentMessages, sentBytes, failures, messages, bytes, settled } = this.outbox;
    return `sent ${sentMessages}/${sentBytes}, failed ${failures.messages}, waiting ${messages}/${bytes}${settled ? ', settled' : ''}`;
  }
}

/** Bytes whose buffer is somewhere else now. */
const moved = (bytes: Uint8Array<ArrayBuffer>): void =>
  void structuredClone(bytes.buffer, { transfer: [bytes.buffer] });

describe('the outbox of a datagram socket', () => {
  it('hands over in order what was gathered, when it is told to', () => {
    const sink = new Sink();
    expect([sink.send('a'), sink.send(Buffer.from('bc')), sink.send('')]).to.deep.equal([true, true, true]);
    expect([sink.taken, sink.counts, sink.outbox.gathered]).to.deep.equal([[], 'sent 0/0, failed 0, waiting 3/3', 3]);
    sink.outbox.flush();
    expect(sink.taken).to.deep.equal(['a > 10.0.0.1:9', 'bc > 10.0.0.1:9', ' > 10.0.0.1:9']);
    expect([sink.counts, sink.settled]).to.deep.equal(['sent 3/3, failed 0, waiting 0/0, settled', 1]);
  });

  it('makes one piece of a list, however long, empty parts among them', () => {
    const sink = new Sink();
    sink.send(Array.from({ length: 5_000 }, () => 'x'));
    sink.send(['', Buffer.from('\u20ac'), new Uint8Array(0), 'z']);
    sink.send([]);
    sink.outbox.flush();
    expect(sink.taken).to.deep.equal(['5000 bytes > 10.0.0.1:9', '\u20acz > 10.0.0.1:9', ' > 10.0.0.1:9']);
  });

  it('is full with 1,024 datagrams, or with 256 KiB', () => {
    const sink = new Sink();
    for (let n = 0; n < 1_023; n++) sink.send('');
    expect(sink.outbox.isFull).to.equal(false);
    sink.send('');
    expect(sink.outbox.isFull).to.equal(true);
    sink.outbox.flush();
    expect(sink.outbox.isFull).to.equal(false);
    for (let n = 0; n < 4; n++) sink.send(Buffer.alloc(65_536));
    expect(sink.outbox.isFull).to.equal(true);
  });

  it('sends those to a name when it was looked up, once for all that wait, and not in the way of others', () => {
    const sink = new Sink();
    expect(sink.send('1', 'b')).to.equal(false);
    sink.send('other');
    sink.send('2', 'b', 10);
    sink.outbox.flush();
    expect(sink.taken).to.deep.equal(['other > 10.0.0.1:9']);
    expect(sink.counts).to.equal('sent 1/5, failed 0, waiting 2/2');
    sink.found('b', '10.0.0.2', '10.0.0.3');
    expect(sink.taken.slice(1)).to.deep.equal(['1 > 10.0.0.2:9', '2 > 10.0.0.2:10']);
    expect(sink.counts).to.equal('sent 3/7, failed 0, waiting 0/0, settled');
  });

  it('keeps nothing of a look-up: the next datagram has it looked up again', () => {
    const sink = new Sink();
    sink.send('1', 'b');
    sink.found('b', '10.0.0.2');
    sink.send('2', 'b');
    expect(sink.taken).to.deep.equal(['1 > 10.0.0.2:9']);
    sink.found('b', '10.0.0.4');
    expect(sink.taken[1]).to.equal('2 > 10.0.0.4:9');
  });

  it('tells of a name that is not known, with all that waited for it', () => {
    const sink = new Sink();
    sink.send('12', 'b');
    sink.send('345', 'b');
    sink.send('6', 'b', 10);
    sink.found('b');
    expect(sink.told).to.deep.equal(['2 to b:9, 5 bytes: no b', '1 to b:10, 1 bytes: no b']);
    expect([sink.counts, sink.settled]).to.deep.equal(['sent 0/0, failed 3, waiting 0/0, settled', 1]);
  });

  it('tells of each that the kernel refuses, whenever it says so, with its own address', () => {
    const sink = new Sink();
    sink.answer = undefined;
    for (const [n, text] of ['a', 'bb', 'ccc'].entries()) sink.send(text, '10.0.0.1', n + 1);
    sink.outbox.flush();
    sink.outbox.left(null);
    sink.outbox.left(new Error('EACCES'));
    sink.send('dddd', '10.0.0.1', 4);
    sink.outbox.flush();
    sink.outbox.left(null);
    expect([sink.counts, sink.outbox.handed]).to.deep.equal(['sent 2/4, failed 1, waiting 0/0', 1]);
    sink.outbox.left(new Error('ENOBUFS'));
    expect(sink.told).to.deep.equal(['1 to 10.0.0.1:2, 2 bytes: EACCES', '1 to 10.0.0.1:4, 4 bytes: ENOBUFS']);
    expect(sink.counts).to.equal('sent 2/4, failed 2, waiting 0/0, settled');
  });

  it('knows whose turn it is after thousands, of which some always wait', () => {
    const sink = new Sink();
    sink.answer = undefined;
    for (let n = 1; n <= 5_000; n++) {
      sink.send('x', '10.0.0.1', n);
      sink.outbox.flush();
      if (n > 3) sink.outbox.left(n % 1_000 === 0 ? new Error('no') : null);
    }
    const ports = sink.told.map((line) => line.split(/[:,]/)[1]);
    expect(ports).to.deep.equal(['997', '1997', '2997', '3997', '4997']);
    expect([sink.outbox.handed, sink.outbox.sentMessages]).to.deep.equal([3, 4_992]);
  });

  it('sends the neighbours of one whose buffer was moved away, or that cannot be handed over', () => {
    const sink = new Sink();
    const [gone, part] = [new Uint8Array(8), new Uint8Array(3)];
    for (const data of ['a', gone, 'b', ['c', part], 'throws', 'd']) sink.send(data, '10.0.0.1', 9);
    moved(gone);
    moved(part);
    sink.outbox.flush();
    expect(sink.taken.map((line) => line[0])).to.deep.equal(['a', 'b', 'd']);
    expect(sink.told).to.deep.equal([
      '2 to 10.0.0.1:9, 12 bytes: its buffer was moved away, or changed, before it left',
      '1 to 10.0.0.1:9, 6 bytes: takes nothing',
    ]);
    expect(sink.counts).to.equal('sent 3/3, failed 3, waiting 0/0, settled');
  });

  it('sends nothing of a list that has grown since', () => {
    const sink = new Sink();
    const list = ['a', Buffer.from('b')];
    sink.send(list);
    list.push(Buffer.from('cc'));
    sink.outbox.flush();
    expect([sink.taken, sink.outbox.failures.messages]).to.deep.equal([[], 1]);
  });

  it('loses what waits when it is told to, ends the look-ups, and counts as sent what the kernel has', () => {
    const sink = new Sink();
    sink.answer = undefined;
    sink.send('with the kernel');
    sink.send('in a queue of Node', '10.0.0.1', 8);
    sink.outbox.flush();
    sink.send('gathered', '10.0.0.1', 7);
    sink.send('looked up', 'b');
    sink.outbox.discard(1, 'it was closed');
    expect(sink.told).to.deep.equal([
      '1 to 10.0.0.1:8, 18 bytes: it was closed',
      '1 to 10.0.0.1:7, 8 bytes: it was closed',
      '1 to b:9, 9 bytes: it was closed',
    ]);
    expect([sink.cancelled, sink.counts]).to.deep.equal([['b'], 'sent 1/15, failed 3, waiting 0/0, settled']);
    // What Node still says of them is known already.
    sink.outbox.left(new Error('ECANCELED'));
    expect(sink.told).to.deep.equal([]);
  });
});

describe('failures of datagrams', () => {
  const to = (port: number): Address => ({ address: '10.0.0.1', port });

  it('are told one by one up to a hundred, and the rest as one, with the last error', () => {
    const { outbox } = new Sink();
    for (let n = 1; n <= 150; n++) outbox.failures.add(new Error(`error ${n}`), to(n), 10);
    outbox.failures.add(new Error('error 7'), to(7), 10);
    const told = Array.from({ length: 101 }, () => outbox.failures.take()!);
    expect(outbox.failures.take()).to.equal(undefined);
    expect([told[6]!.messages, told[6]!.to, told[6]!.others]).to.deep.equal([2, to(7), false]);
    const { error, ...rest } = told[100]!;
    expect([error.message, rest]).to.deep.equal([
      'error 150',
      { to: undefined, messages: 50, bytes: 500, others: true },
    ]);
    expect(outbox.failures.messages).to.equal(151);
  });

  it('go on being counted beyond 2,147,483,647', () => {
    const { outbox } = new Sink();
    outbox.failures.messages = 2_147_483_647;
    outbox.failures.add(new DatagramLost('why'), to(1), 1);
    outbox.sentMessages = outbox.sentBytes = 2_147_483_647;
    outbox.send('x', 1, to(1));
    outbox.flush();
    expect([outbox.failures.messages, outbox.sentMessages, outbox.sentBytes]).to.deep.equal(
      Array(3).fill(2_147_483_648),
    );
  });
});
