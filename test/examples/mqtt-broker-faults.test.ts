import { expect } from 'chai';
import type { IConnectPacket, Packet } from 'mqtt-packet';
import { type DisconnectInfo, TcpClient, type TaskTonicError, TimerRepeat } from 'tasktonic';
import { Distiller, type Fault, explore } from 'tasktonic/testing';
import { Broker } from '../../examples/mqtt-broker/broker.js';
import { MqttConnection } from '../../examples/mqtt-broker/mqtt-connection.js';
import { packets } from '../../examples/mqtt-broker/packets.js';
import { howMany, onlyWithAll } from '../support/how-many.js';

const MESSAGES = 8;
const CONNECT = { cmd: 'connect', clean: false, protocolVersion: 4, protocolId: 'MQTT', keepalive: 30 } as const;

/** A client that connects again. */
abstract class Client extends TcpClient.with({ framing: packets }) {
  constructor(private readonly clientId: string) {
    super({
      name: clientId,
      host: 'broker',
      port: 1883,
      reconnect: true,
      giveUpAfter: Infinity,
      whileDisconnected: 'fail',
    });
  }
  ttse__onConnected(): void {
    this.sendFrame({ ...CONNECT, clientId: this.clientId });
  }
  ttse__onDisconnected(_info: DisconnectInfo): void {}
  ttse__onError(_error: TaskTonicError): void {}
}

/** Keeps what it receives, and acknowledges it. */
class Subscriber extends Client {
  readonly came = new Set<string>();
  ttse__onStart(): void {
    new TimerRepeat({ seconds: 20, name: 'ping' });
  }
  ttse__onPing(): void {
    this.sendFrame({ cmd: 'pingreq' });
  }
  override ttse__onFrame(packet: Packet): void {
    if (packet.cmd === 'connack')
      this.sendFrame({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'news', qos: 1 }] });
    if (packet.cmd !== 'publish') return;
    this.came.add(packet.payload.toString());
    this.sendFrame({ cmd: 'puback', messageId: packet.messageId! });
  }
}

/** Publishes one message after the other, each until it is acknowledged. */
class Publisher extends Client {
  sent = 0;
  override ttse__onFrame({ cmd }: Packet): void {
    if (cmd === 'puback') this.sent++;
    if ((cmd === 'puback' || cmd === 'connack') && this.sent < MESSAGES) this.#publish();
  }
  #publish(): void {
    const number = this.sent + 1;
    this.sendFrame({ cmd: 'publish', topic: 'news', payload: String(number), qos: 1, messageId: number, retain: false, dup: false }); // prettier-ignore
  }
}

/** Says nothing after its CONNECT. */
class Silent extends Client {
  constructor(
    clientId: string,
    private readonly will: NonNullable<IConnectPacket['will']>,
  ) {
    super(clientId);
  }
  override ttse__onConnected(): void {
    this.sendFrame({ ...CONNECT, clientId: 'silent', will: this.will });
  }
  override ttse__onFrame(): void {}
}

/** The bug that is put in on purpose: what was not acknowledged is not sent again. */
class ForgetfulConnection extends MqttConnection {
  override ttsc__send(bytes: Buffer): void {
    const isPublishedAgain = bytes[0]! >> 3 === 0b00111;
    if (!isPublishedAgain) super.ttsc__send(bytes);
  }
}
class ForgetfulBroker extends Broker {
  protected override connection(): MqttConnection {
    return new ForgetfulConnection(this.hub);
  }
}

const bringsAll =
  (Kind: typeof Broker) =>
  async (distiller: Distiller): Promise<void> => {
    await distiller.join(() => void new Kind([{ port: 1883 }]), { host: 'broker' });
    await distiller.join(() => void new Subscriber('subscriber'), { host: 'subscriber' });
    await distiller.advance('1s');
    distiller.network.conditions({ latency: 20, jitter: 10, split: 'random', reset: 0.05 });
    await distiller.join(() => void new Publisher('publisher'), { host: 'publisher' });
    await distiller.advance('10s');
    distiller.network.conditions({ reset: 0 });
    await distiller.advance('1m');
    const { came } = distiller.find<Subscriber>('subscriber')!;
    const { sent } = distiller.find<Publisher>('publisher')!;
    expect([sent, came.size]).to.deep.equal([MESSAGES, MESSAGES]);
  };

describe('the MQTT broker on a network that resets connections', () => {
  it('gives a client up that is silent for one and a half times its keep-alive, and publishes its will', async () => {
    const distiller = await Distiller.start(() => void new Broker([{ port: 1883 }]), { host: 'broker' });
    await distiller.join(() => void new Subscriber('subscriber'), { host: 'subscriber' });
    await distiller.advance('1s');
    const will = { topic: 'news', payload: Buffer.from('gone'), qos: 0, retain: false } as const;
    await distiller.join(() => void new Silent('silent', will), { host: 'silent' });
    const { came } = distiller.find<Subscriber>('subscriber')!;
    await distiller.advance('44s');
    expect([...came]).to.deep.equal([]);
    await distiller.advance('2s');
    expect([...came]).to.deep.equal(['gone']);
    await distiller.finish();
  });

  it('brings each message with QoS 1 that it has acknowledged', async function () {
    this.timeout(120_000);
    const { faults } = await explore({ runs: howMany(3, 50), seed: 1 }, bringsAll(Broker));
    expect(faults['reset']).to.be.greaterThan(0);
  });

  it('would be found out if it sent nothing again', async function () {
    onlyWithAll(this, 'a bug in an example');
    this.timeout(120_000);
    const error = await explore({ runs: 100, seed: 1 }, bringsAll(ForgetfulBroker)).then(
      () => expect.fail('explore() found nothing'),
      (thrown: TaskTonicError) => thrown,
    );
    expect(error.code).to.equal('TT_EXPLORE_FAILED');
    expect((error.details['faults'] as Fault[]).map(({ kind }) => kind)).to.include('reset');
  });
});
