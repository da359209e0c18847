import { expect } from 'chai';
import {
  type DisconnectInfo,
  type DisconnectReason,
  type RelayEnd,
  TcpClient,
  TcpConnection,
  TcpServer,
  Tonic,
  relay,
} from '../../../../../src/index.js';
import { type Distiller, SeededRandom, SimulatedNetwork, explore } from '../../../../../src/testing/index.js';
import { howMany } from '../../../../support/how-many.js';

const MARK = 16_384;
const IDLE = 20_000;
/** Ends of a stream that are meant so on the way: what came before them may be a part. */
const MEANT: readonly DisconnectReason[] = ['idle', 'closedHere', 'finished'];

/** The byte at that place of any stream: one that is lost, doubled or out of its place shows. */
const byteAt = (place: number): number => (place * 31 + (place >> 8) * 7) & 0xff;
const stretch = (from: number, size: number): Buffer =>
  Buffer.from(Array.from({ length: size }, (_, n) => byteAt(from + n)));

/** One of the two peers of a relay: what it has sent and heard. It is the base of its connection. */
class Peer extends Tonic {
  connection: TcpConnection | undefined;
  sent = 0;
  received = 0;
  /** It has said that this was all. */
  hasEnded = false;
  /** How often it was told that the other one has said so. */
  ends = 0;
  closed: DisconnectInfo[] = [];

  constructor(
    name: string,
    private readonly opens: () => unknown,
  ) {
    super({ name });
  }
  ttse__onStart(): void {
    this.opens();
  }
  ttse__onListening(): void {}
  ttse__onConnected(connection: TcpConnection): void {
    this.connection = connection;
  }
  ttse__onData(_: TcpConnection, data: Buffer): void {
    if (!data.equals(stretch(this.received, data.length))) throw new Error(`not the bytes from ${this.received} on`);
    this.received += data.length;
  }
  ttse__onEnd(): void {
    this.ends++;
  }
  ttse__onDisconnected(_: TcpConnection, info: DisconnectInfo): void {
    this.closed.push(info);
  }
  ttse__onError(): void {}

  says(size: number): void {
    if (this.hasEnded || this.closed.length > 0) return;
    this.connection?.ttsc__send(stretch(this.sent, size));
    this.sent += size;
  }
  endsItsSide(): void {
    this.hasEnded = true;
    this.connection?.ttsc__end();
  }
}

/** What one of the two that are joined was told, in order. */
type Log = (RelayEnd | DisconnectInfo)[];

const BETWEEN = { highWaterMark: MARK, idleTimeout: IDLE, stallTimeout: 15_000, lingerTimeout: 1_000 } as const;

class Outward extends TcpClient {
  readonly told: Log = [];
  constructor() {
    super({ host: 'back', port: 1, retries: 0, ...BETWEEN });
  }
  ttse__onRelayEnded(end: RelayEnd): void {
    this.told.push(end);
  }
  ttse__onDisconnected(info: DisconnectInfo): void {
    this.told.push(info);
  }
  ttse__onError(): void {}
}

class Inward extends TcpConnection {
  readonly told: Log = [];
  outward!: Outward;
  ttse__onConnected(): void {
    this.outward = new Outward();
    relay(this, this.outward);
  }
  ttse__onRelayEnded(end: RelayEnd): void {
    this.told.push(end);
  }
  ttse__onDisconnected(info: DisconnectInfo): void {
    this.told.push(info);
  }
  ttse__onError(): void {}
}

/** One peer sends, is slow, ends its side, breaks off, or falls silent. */
function act(distiller: Distiller, random: SeededRandom, peer: Peer): void {
  const { connection, name } = peer;
  if (connection === undefined || peer.closed.length > 0) return;
  if (distiller.chance(0.01, 'breaks off', name)) return connection.ttsc__abort();
  if (distiller.chance(0.1, 'stops reading', name)) connection.ttsc__pause();
  else if (random.below(3) === 0) connection.ttsc__resume();
  if (random.below(40) === 0) return peer.endsItsSide();
  if (random.below(3) > 0) peer.says(1 + random.below(random.below(4) === 0 ? 40_000 : 2_000));
  return undefined;
}

/**
 * How often something was reset in a run. A socket of Node's that has sent its own end takes a reset right behind bytes for an end: so it does not always know, and nor does the relay.
 */
let resets = 0;

/** Each of the two that are joined is told the end of the relay once, and then its own. @returns why it ended. */
function checkTold([inward, outward]: readonly [Log, Log], [front, back]: readonly [Peer, Peer]): DisconnectReason {
  for (const [told, own, other] of [
    [inward, front, back],
    [outward, back, front],
  ] as const) {
    expect(told.map((what) => ('endedBy' in what ? 'relay' : 'closed'))).to.deep.equal(['relay', 'closed']);
    const { reason, error, toOther, fromOther } = told[0] as RelayEnd;
    expect(other.received, 'passed on').to.be.at.most(toOther);
    expect(own.received, 'passed back').to.be.at.most(fromOther);
    if (reason !== 'peerEnded' || error !== undefined) continue;
    const whole = [toOther === own.sent, fromOther === other.sent].filter(Boolean);
    expect(whole, 'whole streams').to.have.length.at.least(resets === 0 ? 2 : 1);
  }
  return (inward[0] as RelayEnd).reason;
}

/** A peer is told its end once; where it was told that the other one has ended, it has all that was sent. */
function checkWhole(own: Peer, other: Peer, reason: DisconnectReason | undefined): void {
  expect(own.ends).to.be.at.most(1);
  expect(own.closed).to.have.length(own.connection === undefined && own.name === 'back' ? 0 : 1);
  const knows = resets === 0 || !own.hasEnded;
  if (own.ends === 0 || !knows || (reason !== undefined && MEANT.includes(reason))) return;
  expect([other.hasEnded, own.received], 'whole where its end was told').to.deep.equal([true, other.sent]);
}

const joins = async (distiller: Distiller): Promise<void> => {
  const random = new SeededRandom(distiller.seed);
  let front!: Peer;
  let back!: Peer;
  let inward: Inward | undefined;
  let server!: TcpServer;
  const serves = (): void =>
    void (server = new TcpServer({ port: 1, ...BETWEEN, protocol: () => (inward = new Inward()) }));
  await distiller.join(() => void (back = new Peer('back', () => new TcpServer({ port: 1, halfOpen: true }))), {
    host: 'back',
  });
  await distiller.join(serves, { host: 'relay' });
  await distiller.settle();
  await distiller.join(
    () => void (front = new Peer('front', () => new TcpClient({ host: 'relay', port: 1, retries: 0, halfOpen: true }))),
    { host: 'front' },
  );
  distiller.network.conditions({ latency: 5, jitter: 20, split: 'random', bandwidth: 200_000 });
  distiller.network.conditions({ reset: 0.002, loss: 0.01 });
  distiller.always(() => {
    for (const one of [inward, inward?.outward])
      expect(one?.unsentBytes ?? 0, 'unsent, of the mark').to.be.at.most(MARK);
    expect(front.received).to.be.at.most(back.sent);
    expect(back.received).to.be.at.most(front.sent);
  });

  const silence = random.below(3) === 0 ? 2 * IDLE : 300;
  for (let step = 0; step < 40; step++) {
    for (const peer of [front, back]) act(distiller, random, peer);
    await distiller.advance(50 + random.below(random.below(20) === 0 ? silence : 300));
  }
  for (const { connection } of [front, back]) connection?.ttsc__resume();
  distiller.network.conditions({ reset: 0, loss: 0 });
  await distiller.advance('15s');
  // Nobody is slow any more: what was not cut off has passed.
  if ([front, back].every(({ connection, closed }) => connection !== undefined && closed.length === 0))
    expect([front.received, back.received], 'passed in time').to.deep.equal([back.sent, front.sent]);
  if (silence < IDLE)
    expect(inward?.told.map(({ reason }) => reason) ?? [], 'nobody was silent').to.not.include('idle');
  // Whoever has not ended is idle now. A peer that was told an end learns of the rest when it sends, and sends again.
  await distiller.advance('3m');
  expect(server.counts.open, 'open').to.equal(0);
  for (let nr = 0; nr < 2; nr++) {
    for (const peer of [front, back]) peer.says(1);
    await distiller.advance('1m');
  }

  const reason = inward === undefined ? undefined : checkTold([inward.told, inward.outward.told], [front, back]);
  checkWhole(front, back, reason);
  checkWhole(back, front, reason);
  await distiller.advance('20m');
  expect(distiller.network.connections).to.deep.equal([]);
};

describe('relay() on a network that cuts, loses and resets', () => {
  it('brings all in order, or says why not, holds its marks, and ends both', async function () {
    this.timeout(120_000);
    const network = (parts: ConstructorParameters<typeof SimulatedNetwork>[0]): SimulatedNetwork => {
      resets = 0;
      return new SimulatedNetwork({
        ...parts,
        segment: 8_192,
        receiveBuffer: 8_192,
        sendBuffer: 8_192,
        giveUp: 10_000,
        onEvent: (event) => {
          if (/^reset/.test(event.kind === 'fault' ? event.what : event.kind)) resets++;
          parts.onEvent?.(event);
        },
      });
    };
    const { faults } = await explore({ runs: howMany(2, 40), seed: 1, network }, joins);
    expect(faults).to.include.all.keys('split', 'stops reading');
  });
});
