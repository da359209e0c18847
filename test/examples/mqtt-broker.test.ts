import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import { expect } from 'chai';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import type { Packet } from 'mqtt-packet';
import type { TcpServerOptions } from 'tasktonic';
import type { SessionOptions } from 'tasktonic/collections';
import { checkFraming } from 'tasktonic/testing';
import { Broker } from '../../examples/mqtt-broker/broker.js';
import { packets, packetsUpTo } from '../../examples/mqtt-broker/packets.js';
import { needsCommands, runCommand } from '../support/commands.js';
import { Heard } from '../support/heard.js';
import { onRealSockets } from '../support/stage.js';
import { authority, own } from '../support/tls.js';
import { ExampleApp } from './support/example-app.js';

/** What a client has received. */
interface Came {
  readonly topic: string;
  readonly text: string;
  readonly retain: boolean;
}

describe('the MQTT broker', () => {
  onRealSockets('its clients are libraries and programs of others');
  let app: ExampleApp | undefined;
  let clients: MqttClient[] = [];

  const local = { host: '127.0.0.1', port: 0 };
  const start = async (
    tls?: TcpServerOptions['tls'],
    web?: typeof local,
    waiting?: SessionOptions,
  ): Promise<number> => {
    const places = [{ ...local, ...(tls !== undefined && { tls }) }];
    app = await ExampleApp.start(() => new Broker(places, web, waiting), web === undefined ? 1 : 2);
    return app.ports[0]!;
  };

  afterEach(async () => {
    for (const client of clients) client.end(true);
    clients = [];
    await app?.end();
    app = undefined;
  });

  const join = async (url: string, options: IClientOptions = {}): Promise<[MqttClient, Heard, Came[]]> => {
    const client = mqtt.connect(url, { reconnectPeriod: 0, protocolVersion: 4, ...options });
    clients.push(client);
    const heard = new Heard();
    const came: Came[] = [];
    client.on('message', (topic, payload, { retain }) => {
      came.push({ topic, text: payload.toString(), retain });
      heard.push('message');
    });
    await new Promise<void>((resolve, reject) => void client.once('connect', () => resolve()).once('error', reject));
    return [client, heard, came];
  };
  const texts = (came: readonly Came[]): string[] => came.map(({ topic, text }) => `${topic}=${text}`);

  describe('with mosquitto_pub and mosquitto_sub', () => {
    before(function () {
      needsCommands(this, 'mosquitto_pub', 'mosquitto_sub');
    });

    it('brings messages, and keeps retained ones for who comes later', async () => {
      const port = String(await start());
      const sent = await runCommand('mosquitto_pub', ['-p', port, '-t', 'rooms/hall', '-m', '21', '-q', '1', '-r']);
      expect(sent).to.deep.equal({ code: 0, out: '', err: '' });
      const got = await runCommand('mosquitto_sub', ['-p', port, '-t', 'rooms/+', '-C', '1', '-v', '-W', '10']);
      expect(got.out).to.equal('rooms/hall 21\n');
    });
  });

  it('matches wildcards as MQTT says, each message once with the best QoS', async () => {
    const url = `mqtt://127.0.0.1:${await start()}`;
    const [subscriber, heard, came] = await join(url);
    await subscriber.subscribeAsync({ 'a/+/c': { qos: 0 }, 'a/#': { qos: 1 }, '+': { qos: 1 }, '$SYS/x': { qos: 0 } });
    const [publisher] = await join(url);
    for (const topic of ['a', 'a/b/c', 'x/y', '$SYS', 'a/', '/b', '$SYS/x', 'last'])
      await publisher.publishAsync(topic, '1', { qos: 1 });
    await heard.until(() => came.some(({ topic }) => topic === 'last'));
    expect(texts(came)).to.deep.equal(['a=1', 'a/b/c=1', 'a/=1', '$SYS/x=1', 'last=1']);
  });

  it('publishes a will where a client goes without a word, and none where it says so', async () => {
    const url = `mqtt://127.0.0.1:${await start()}`;
    const [watcher, heard, came] = await join(url);
    await watcher.subscribeAsync('wills/#');
    const will = (name: string): IClientOptions => ({
      will: { topic: `wills/${name}`, payload: Buffer.from('gone'), qos: 1, retain: false },
    });
    const [polite] = await join(url, will('polite'));
    await polite.endAsync();
    const [rude] = await join(url, will('rude'));
    rude.stream.destroy();
    await heard.on('message');
    expect(texts(came)).to.deep.equal(['wills/rude=gone']);
  });

  it('keeps what comes for a session that is away, in order; and nothing for a clean one', async () => {
    const url = `mqtt://127.0.0.1:${await start()}`;
    const [publisher] = await join(url);
    const names = { kept: false, cleaned: true };
    for (const [clientId, clean] of Object.entries(names)) {
      const [first] = await join(url, { clientId, clean });
      await first.subscribeAsync('news', { qos: 1 });
      await first.endAsync();
    }
    for (let n = 0; n < 3; n++) await publisher.publishAsync('news', String(n), { qos: 1 });
    const [, , nothing] = await join(url, { clientId: 'cleaned', clean: false });
    const [, heard, came] = await join(url, { clientId: 'kept', clean: false });
    await heard.on('message', 3);
    expect(texts(came)).to.deep.equal(['news=0', 'news=1', 'news=2']);
    expect(nothing).to.deep.equal([]);
  });

  it('tells that a client misses messages, and goes on with it', async () => {
    const url = `mqtt://127.0.0.1:${await start(undefined, undefined, { messages: 4, bytes: 10_000 })}`;
    const [away] = await join(url, { clientId: 'away', clean: false });
    await away.subscribeAsync('news', { qos: 1 });
    await away.endAsync();
    const [publisher] = await join(url);
    for (let n = 0; n < 9; n++) await publisher.publishAsync('news', String(n), { qos: 1 });
    await app!.logged('away does not keep up, and misses messages');
    const [, heard, came] = await join(url, { clientId: 'away', clean: false });
    await heard.on('message', 4);
    while (!app!.lines.some(({ msg }) => msg.includes('has missed')))
      await publisher.publishAsync('news', 'again', { qos: 1 });
    expect(texts(came).slice(0, 4)).to.deep.equal(['news=0', 'news=1', 'news=2', 'news=3']);
    expect(app!.lines.at(-1)!.msg).to.match(/^away goes on, and has missed \d+ messages$/);
  });

  it('ends a connection whose packets are wrong, and no other', async () => {
    const port = await start();
    const [good, heard, came] = await join(`mqtt://127.0.0.1:${port}`);
    await good.subscribeAsync('still');
    const hello = packets.encode({
      cmd: 'connect',
      clientId: 'bad',
      clean: true,
      protocolVersion: 4,
      protocolId: 'MQTT',
    });
    const publish = packets.encode({
      cmd: 'publish',
      topic: 'a',
      payload: 'x',
      qos: 2,
      messageId: 7,
      retain: false,
      dup: false,
    });
    const wrong = [
      Buffer.from(`GET / HTTP/1.1\r\nHost: ${'x'.repeat(80)}\r\n\r\n`),
      Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff, 0x7f]),
      publish,
      Buffer.concat([hello, hello]),
      Buffer.concat([hello, publish]),
      Buffer.concat([hello, Buffer.from([0x82, 2, 0, 1])]),
      Buffer.concat([hello, Buffer.from([0x36, 2, 0, 1])]),
      Buffer.concat([hello, Buffer.from([0x40, 2, 0, 0])]),
      Buffer.concat([hello, Buffer.from([0x32, 5, 0, 1, 0x2b, 0, 1])]),
      Buffer.concat([hello, Buffer.from([0xe0, 0])]),
    ];
    for (const bytes of wrong) {
      const peer = connectSocket(port, '127.0.0.1').resume();
      peer.write(bytes);
      await once(peer, 'close');
    }
    await good.publishAsync('still', 'here', { qos: 1 });
    await heard.on('message');
    expect(texts(came)).to.deep.equal(['still=here']);
  });

  it('is spoken over WebSockets as well', async () => {
    await start(undefined, local);
    const web = app!.lines.find(({ msg }) => msg.includes('WebSocket'))!.port!;
    const [subscriber, heard, came] = await join(`ws://127.0.0.1:${web}/mqtt`);
    await subscriber.subscribeAsync('big', { qos: 1 });
    const [publisher] = await join(`mqtt://127.0.0.1:${app!.ports.find((port) => port !== web)!}`);
    await publisher.publishAsync('big', 'x'.repeat(200_000), { qos: 1 });
    await heard.on('message');
    expect(came[0]!.text.length).to.equal(200_000);
  });

  it('wants a certificate of its clients under TLS', async () => {
    const port = await start({ ...own, ca: authority.cert });
    const device = authority.issue({ name: 'device' });
    const [client, heard, came] = await join(`mqtts://127.0.0.1:${port}`, { ca: authority.cert, ...device });
    await client.subscribeAsync('a');
    await client.publishAsync('a', 'secret', { qos: 1 });
    await heard.on('message');
    expect(texts(came)).to.deep.equal(['a=secret']);
    const refused = await mqtt
      .connectAsync(`mqtts://127.0.0.1:${port}`, { ca: authority.cert, reconnectPeriod: 0 })
      .then(() => 'let in', () => 'refused'); // prettier-ignore
    expect(refused).to.equal('refused');
  });

  it('reads packets however they are cut', () => {
    const given: Packet[] = [
      { cmd: 'pingreq' },
      { cmd: 'publish', topic: 'a/b', payload: 'x'.repeat(130), qos: 1, messageId: 7, retain: true, dup: false },
      { cmd: 'subscribe', messageId: 8, subscriptions: [{ topic: 'a/#', qos: 1 }] },
    ];
    const decoder = packets.decoder();
    decoder.push(Buffer.concat(given.map(packets.encode)));
    checkFraming(packetsUpTo(150), [decoder.next()!, decoder.next()!, decoder.next()!]);
  });
});
