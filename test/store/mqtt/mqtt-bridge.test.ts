import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { Catalyst, Tonic } from '../../../src/index.js';
import {
  MqttBridge,
  type MqttBridgeOptions,
  type MqttInfo,
  Store,
  type StoreHandle,
} from '../../../src/store/index.js';
import { Distiller } from '../../../src/testing/index.js';
import { loadMqtt } from '../../doors/store.js';
import { codeOf } from '../../support/errors.js';
import { Fakes } from './support/fake-client.js';

/** Has a bridge, and hears what it tells. */
class House extends Tonic {
  readonly heard: string[] = [];
  store!: StoreHandle;
  bridge!: MqttBridge;

  constructor(
    private readonly options: MqttBridgeOptions,
    private readonly first: (store: StoreHandle) => void,
  ) {
    super({ name: 'house' });
  }
  ttse__onStart(): void {
    this.store = this.use(Store);
    this.first(this.store);
    this.bridge = new MqttBridge(this.options);
  }
  ttsc__do(what: (store: StoreHandle) => void): void {
    what(this.store);
  }
  ttse__onMqttOnline({ url, name }: MqttInfo): void {
    this.heard.push(`online ${url} ${name}`);
  }
  ttse__onMqttOffline(): void {
    this.heard.push('offline');
  }
  ttse__onMqttError({ code, message }: { readonly code: string; readonly message: string }): void {
    this.heard.push(`${code} ${message}`);
  }
}

const threadFakes = new Fakes();

/** Has a bridge in a thread of its own. */
export class Port extends Catalyst {
  static override readonly module = import.meta.url;
  ttse__onStart(): void {
    new MqttBridge({ url: 'mqtt://broker', connect: threadFakes.connect, ...RULES });
  }
}

const RULES = {
  subscribe: [{ topic: 'home/+/temperature', path: 'devices/*/temperature' }],
  publish: [{ path: 'devices/*/on', topic: 'home/+/set', retain: true }],
} as const;

describe('a bridge from a Store to MQTT', () => {
  let distiller: Distiller;
  let fakes: Fakes;
  beforeEach(() => (fakes = new Fakes()));

  async function start(
    options: Partial<MqttBridgeOptions> = RULES,
    first: (store: StoreHandle) => void = () => {},
  ): Promise<House> {
    distiller = await Distiller.start();
    const all = { url: 'mqtt://me:secret@broker:1883', name: 'bridge', connect: fakes.connect, ...options };
    const house = distiller.infuse(() => new House(all, first));
    await distiller.settle();
    return house;
  }

  async function online(...given: Parameters<typeof start>): Promise<House> {
    const house = await start(...given);
    fakes.client.emit('connect');
    await distiller.settle();
    return house;
  }

  async function write(house: House, what: (store: StoreHandle) => void): Promise<void> {
    house.ttsc__do(what);
    await distiller.settle();
  }

  /** Brings a message and has it taken. */
  async function bring(...given: Parameters<Fakes['client']['bring']>): Promise<void> {
    const brought = fakes.client.bring(...given);
    await distiller.settle();
    await brought;
  }

  async function end(): Promise<void> {
    expect((await distiller.finish()).leftOpen).to.deep.equal([]);
  }

  const warnings = (): (string | undefined)[] =>
    distiller.lines.filter(({ level }) => level === 40).map(({ code }) => code);

  it('asks for its topics whenever it is connected, without what it has published itself', async () => {
    const house = await online();
    const { client } = fakes;
    expect([client.url, client.options['protocolVersion']]).to.deep.equal(['mqtt://me:secret@broker:1883', 5]);
    expect(client.options).to.include({ reconnectOnConnackError: true, resubscribe: false, queueQoSZero: false });
    expect(client.wishes).to.deep.equal({ 'home/+/temperature': { qos: 1, nl: true } });
    expect(house.bridge.online).to.equal(true);
    client.wishes = undefined;
    client.emit('close');
    client.emit('connect');
    await distiller.settle();
    expect(client.wishes).to.have.keys('home/+/temperature');
    await end();
  });

  it('tells its base when it is connected and when it is not, without the password', async () => {
    const house = await online();
    fakes.client.emit('close');
    await distiller.settle();
    expect(house.bridge.online).to.equal(false);
    expect(house.heard.slice(0, 2)).to.deep.equal(['online mqtt://broker:1883 bridge', 'offline']);
    expect(house.heard[2]).to.match(
      /^TT_MQTT_OFFLINE .*mqtt:\/\/broker:1883 is not connected: the connection was lost/,
    );
    await end();
  });

  it('tells once why it cannot connect, until that changes', async () => {
    const house = await start();
    for (const problem of ['refused', 'refused', 'no such host', 'refused']) {
      fakes.client.emit('error', new Error(problem));
      fakes.client.emit('close');
    }
    await distiller.settle();
    expect(house.heard.map((text) => /: ([\w ]+)\./.exec(text)?.[1])).to.deep.equal([
      'refused',
      'no such host',
      'refused',
    ]);
    await end();
  });

  it('sets what comes at the path of its topic, with the source mqtt', async () => {
    const house = await online();
    const sources: unknown[] = [];
    class Ear extends Tonic {
      ttse__onStart(): void {
        this.use(Store).subscribe('devices/**', this.ttse__onChange);
      }
      ttse__onChange([event]: readonly {
        readonly path: string;
        readonly value: unknown;
        readonly source?: unknown;
      }[]): void {
        sources.push([event!.path, event!.value, event!.source]);
      }
    }
    distiller.infuse(() => new Ear());
    await distiller.settle();
    await bring('home/t1/temperature', '21.5');
    await bring('home/t1/temperature', '');
    expect(sources).to.deep.equal([
      ['devices/t1/temperature', 21.5, 'mqtt'],
      ['devices/t1/temperature', undefined, 'mqtt'],
    ]);
    expect(house.bridge.counts).to.include({ received: 2, refused: 0 });
    await end();
  });

  it('says that it has taken a message when it is in the Store', async () => {
    const house = await online();
    const brought = fakes.client
      .bring('home/t1/temperature', '1')
      .then(() => house.store.get('devices/t1/temperature'));
    expect(house.store.get('devices/t1/temperature')).to.equal(undefined);
    await distiller.settle();
    expect(await brought).to.equal(1);
    await end();
  });

  it('leaves out what the broker had kept, where a rule says so', async () => {
    const house = await online({ subscribe: [{ topic: 'a/+', path: 'a/*', retained: false }, { topic: '+/x', path: 'b/*' }] }); // prettier-ignore
    await bring('a/x', '1', { retain: true });
    expect(written(house.store)).to.deep.equal([['b/a', 1]]);
    await bring('a/x', '2');
    expect(house.store.get('a/x')).to.equal(2);
    await end();
  });

  it('drops messages whose topic makes no path or whose value is invalid, and goes on', async () => {
    const house = await online({
      subscribe: [{ topic: 'home/#', path: 'devices/**' }, { topic: 'any/+', path: 'any/*' }],
      payloadLimit: 2_000,
    }); // prettier-ignore
    const hostile: [topic: string, payload: string | Buffer][] = [
      ['home/', '1'], ['home//x', '1'], ['home/x/', '1'], ['other', '1'], ['', '1'], ['/', '1'], ['any/', '1'], ['any/.', '1'],
      ['home/*', '1'], ['home/a/**', '1'], ['home/a\nb', '1'], ['home/\u0000', '1'], [`home/${'x/'.repeat(100)}x`, '1'],
      [`home/${'x'.repeat(60_000)}`, '1'], ['home/x#', '1'], ['any/x', 'x'.repeat(2_001)], ['any/x', '['.repeat(900) + ']'.repeat(900)],
    ]; // prettier-ignore
    for (const [topic, payload] of hostile) await bring(topic, payload);
    expect(written(house.store)).to.deep.equal([]);
    expect(house.bridge.counts).to.include({ refused: hostile.length, received: 0 });
    expect(house.heard.filter((text) => text.startsWith('TT_MQTT_REFUSED'))).to.have.length(hostile.length);
    await bring('any/x', '{"__proto__":{"polluted":1},"constructor":2}');
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
    await bring('home/__proto__/polluted', '1');
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
    await bring('any/y', Buffer.from([0xc3, 0x28]));
    expect(house.store.get('any/y')).to.deep.equal(Uint8Array.of(0xc3, 0x28));
    await end();
  });

  it('publishes changes, in their order, as its rules say', async () => {
    const house = await online();
    await write(house, (store) =>
      store.set({ 'devices/f1/on': true, 'devices/f2/on': 'auto', 'devices/f1/room': 'hall' }),
    );
    await write(house, (store) => store.remove('devices/f1'));
    expect(fakes.client.texts).to.deep.equal(['home/f1/set=true', 'home/f2/set=auto', 'home/f1/set=']);
    expect(fakes.client.sent[0]).to.include({ qos: 1, retain: true });
    expect(house.bridge.counts).to.include({ published: 3, waiting: 0, unsent: 0 });
    await end();
  });

  it('publishes once what two rules of it hear of, to each of their topics', async () => {
    const house = await online({ publish: [{ path: 'a/*', topic: 'a/+' }, { path: 'a/**', topic: 'all/#' }] }); // prettier-ignore
    await write(house, (store) => store.set('a/x', 1));
    expect(fakes.client.texts).to.deep.equal(['a/x=1', 'all/x=1']);
    await end();
  });

  it('publishes what is there at its beginning where a rule says so', async () => {
    await online(
      { publish: [{ path: 'a/*', topic: 'a/+', initial: true }, { path: 'b/*', topic: 'b/+' }, { path: 'c', topic: 'c', initial: true }] }, // prettier-ignore
      (store) => store.set({ 'a/x': 1, 'b/x': 2 }),
    );
    expect(fakes.client.texts).to.deep.equal(['a/x=1']);
    await end();
  });

  it('does not publish what came by MQTT, be it by another bridge of the same Store', async () => {
    const house = await online({
      subscribe: [{ topic: 'x/+', path: 'p/*' }],
      publish: [{ path: 'p/*', topic: 'x/+' }],
    });
    const first = fakes.client;
    const other = { url: 'mqtt://other', connect: fakes.connect, publish: [{ path: 'p/*', topic: 'y/+' }] };
    distiller.infuse(() => new MqttBridge(other));
    await distiller.settle();
    fakes.client.emit('connect');
    await distiller.settle();
    for (let n = 0; n < 3; n++) {
      const brought = first.bring('x/a', String(n));
      await distiller.settle();
      await brought;
    }
    expect(house.store.get('p/a')).to.equal(2);
    expect([...first.texts, ...fakes.client.texts]).to.deep.equal([]);
    await end();
  });

  it('brings what comes to all threads, and publishes what changes in any, from a thread of its own', async () => {
    const house = await start({ subscribe: RULES.subscribe });
    distiller.infuse(() => Port.spawn({ name: 'port' }));
    await distiller.settle();
    const { client } = threadFakes;
    client.emit('connect');
    const brought = client.bring('home/t1/temperature', '21');
    await distiller.settle();
    await brought;
    expect(house.store.get('devices/t1/temperature')).to.equal(21);
    await write(house, (store) => store.set('devices/f1/on', true));
    expect(client.texts).to.deep.equal(['home/f1/set=true']);
    await end();
  });

  it('keeps what changes while the broker is away, of each topic the newest', async () => {
    const house = await start();
    for (const on of [true, false, true])
      await write(house, (store) => store.set({ 'devices/f1/on': on, 'devices/f2/on': !on }));
    expect(house.bridge.counts.waiting).to.equal(2);
    fakes.client.emit('connect');
    await distiller.settle();
    expect(fakes.client.texts).to.deep.equal(['home/f1/set=true', 'home/f2/set=false']);
    await end();
  });

  it('keeps no more than unsentLimit allows, and tells what that costs', async () => {
    const house = await start({ ...RULES, unsentLimit: { messages: 10 } });
    await write(house, (store) => {
      for (let n = 0; n < 25; n++) store.set(`devices/f${n}/on`, true);
    });
    expect(house.bridge.counts).to.include({ waiting: 10, unsent: 15 });
    expect(house.heard[0]).to.match(/^TT_MQTT_UNSENT .*"devices\/f10\/on": more wait than "unsentLimit" allows/);
    fakes.client.emit('connect');
    await distiller.settle();
    expect(fakes.client.texts[0]).to.equal('home/f15/set=true');
    await end();
  });

  it('tells of values and paths that MQTT cannot have, and publishes the rest', async () => {
    const house = await online({ ...RULES, payloadLimit: 100 });
    await write(house, (store) => {
      store.set('devices/f1/on', new Map());
      store.set('devices/f+1/on', true);
      store.set('devices/f2/on', 'x'.repeat(101));
      store.set('devices/f3/on', true);
    });
    expect(fakes.client.texts).to.deep.equal(['home/f3/set=true']);
    expect(house.heard.filter((text) => text.startsWith('TT_MQTT_UNSENT'))).to.have.length(3);
    await end();
  });

  it('gives a slow client a hundred messages at a time, and what was new meanwhile after them', async () => {
    fakes.prepare = (client) => (client.willing = false);
    const house = await online();
    const { client } = fakes;
    await write(house, (store) => {
      for (let n = 0; n < 250; n++) store.set(`devices/f${n}/on`, 0);
    });
    await write(house, (store) => store.set('devices/f200/on', 1));
    expect(client.sent).to.have.length(100);
    for (let n = 0; n < client.sent.length; n++) client.sent[n]!.done();
    expect(client.sent).to.have.length(250);
    expect(client.texts[200]).to.equal('home/f200/set=1');
    client.willing = true;
    await distiller.settle();
    await end();
  });

  it('waits no more for what was under way without a receipt when the connection is lost', async () => {
    fakes.prepare = (client) => (client.willing = false);
    const house = await online({ publish: [{ path: 'a/*', topic: 'a/+', qos: 0 }, { path: 'b/*', topic: 'b/+' }] }); // prettier-ignore
    await write(house, (store) => store.set({ 'a/x': 1, 'b/x': 1 }));
    const { client } = fakes;
    client.emit('close');
    await distiller.settle();
    expect(house.bridge.counts).to.include({ waiting: 1, unsent: 1 });
    for (const { done } of client.sent) done();
    expect(house.bridge.counts).to.include({ waiting: 0, unsent: 1, published: 1 });
    client.willing = true;
    await end();
  });

  it('tells when the broker refuses a topic, or what is published', async () => {
    fakes.prepare = (client) => {
      client.granted = (wishes) => [
        null,
        Object.keys(wishes).map((topic) => ({ topic, qos: topic === 'b' ? 135 : 1 })),
      ];
      client.willing = false;
    };
    const house = await online({ ...RULES, subscribe: [{ topic: 'a', path: 'a' }, { topic: 'b', path: 'b' }] }); // prettier-ignore
    await write(house, (store) => store.set('devices/f1/on', 1));
    fakes.client.sent[0]!.done(new Error('not authorized'));
    await distiller.settle();
    expect(house.heard[1]).to.match(/^TT_MQTT_NOT_SUBSCRIBED .* the topics b: it has refused them/);
    expect(house.heard[2]).to.match(/^TT_MQTT_UNSENT .*: 1, the last one "home\/f1\/set": not authorized/);
    fakes.client.willing = true;
    await end();
  });

  it('lets what waits leave before it ends, and then the connection', async () => {
    fakes.prepare = (client) => (client.willing = false);
    const house = await online();
    const { client } = fakes;
    house.ttsc__do((store) => store.set('devices/f1/on', true));
    house.ttsc__finish();
    await distiller.settle();
    expect(client.texts).to.deep.equal(['home/f1/set=true']);
    expect([house.finished, client.ends]).to.deep.equal([false, []]);
    client.willing = true;
    client.sent[0]!.done();
    await distiller.settle();
    expect([house.finished, client.ends, client.destroyed]).to.deep.equal([true, [false], false]);
    await end();
  });

  it('waits no longer than its drainTimeout for that, and tells what has not left', async () => {
    const house = await start({ ...RULES, drainTimeout: 3_000 });
    house.ttsc__do((store) => store.set('devices/f1/on', true));
    house.ttsc__finish();
    await distiller.advance(2_900);
    expect(house.finished).to.equal(false);
    await distiller.advance(200);
    expect(house.finished).to.equal(true);
    expect(fakes.client.ends).to.deep.equal([true]);

    expect(warnings()).to.include.members(['TT_ABORTED', 'TT_MQTT_UNSENT']);
    await end();
  });

  it('ends a client that does not come to its end', async () => {
    const house = await online({ ...RULES, drainTimeout: 3_000 });
    fakes.client.willing = false;
    house.ttsc__finish();
    await distiller.advance(3_100);
    expect([house.finished, fakes.client.ends, fakes.client.destroyed]).to.deep.equal([true, [false, true], true]);
    await end();
  });

  it('ends at once where nothing waits, connected or not', async () => {
    const house = await start();
    house.ttsc__finish();
    await distiller.settle();
    expect([house.finished, fakes.client.ends]).to.deep.equal([true, [true]]);
    await end();
  });

  it('writes a warning where nobody hears what went wrong', async () => {
    distiller = await Distiller.start();
    distiller.infuse(() => new MqttBridge({ url: 'mqtt://broker', connect: fakes.connect, ...RULES }));
    await distiller.settle();
    fakes.client.emit('error', new Error('refused'));
    await distiller.settle();
    expect(warnings()).to.deep.equal(['TT_MQTT_OFFLINE']);
    await end();
  });

  it('needs the package mqtt, and says so', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tt-mqtt-'));
    expect(codeOf(() => loadMqtt(pathToFileURL(join(folder, 'any.js')).href))).to.equal('TT_NO_MQTT');
    rmSync(folder, { recursive: true });
    expect(loadMqtt()).to.be.a('function');
  });

  for (const [what, wrong] of [
    ['no url', { url: undefined }],
    ['another url', { url: 'http://broker' }],
    ['no URL', { url: 'broker:1883' }],
    ['no rules', { subscribe: [], publish: [] }],
    ['a wrong rule', { subscribe: [{ topic: 'a/+', path: 'a' }] }],
    ['an unknown option', { topics: [] }],
    ['a wrong qos', { subscribe: [{ topic: 'a', path: 'a', qos: 3 }] }],
  ] as const)
    // prettier-ignore
    it(`is not made with ${what}`, async () => {
      distiller = await Distiller.start();
      const options = { url: 'mqtt://broker', ...RULES, connect: fakes.connect, ...wrong } as unknown as MqttBridgeOptions;
      expect(codeOf(() => distiller.infuse(() => new MqttBridge(options)))).to.equal('TT_BAD_OPTION');
      await end();
    });
});

/** What is in a Store besides the configuration of the app. */
function written(store: StoreHandle): unknown[] {
  return store.dump().filter(([path]) => !path.startsWith('formula/'));
}
