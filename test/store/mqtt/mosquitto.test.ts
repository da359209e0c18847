import { expect } from 'chai';
import { connect } from 'mqtt';
import { Tonic } from '../../../src/index.js';
import { MqttBridge, type MqttBridgeOptions, Store, type StoreHandle } from '../../../src/store/index.js';
import { type App, startApp } from '../../support/app.js';
import { Broker, needsBroker } from './support/broker.js';

/** Has a bridge to a broker. */
class House extends Tonic {
  store!: StoreHandle;
  bridge!: MqttBridge;
  offline = 0;

  constructor(private readonly options: MqttBridgeOptions) {
    super();
  }
  ttse__onStart(): void {
    this.store = this.use(Store);
    this.bridge = new MqttBridge(this.options);
  }
  ttsc__do(what: (store: StoreHandle) => void): void {
    what(this.store);
  }
  ttse__onMqttOffline(): void {
    this.offline++;
  }
}

const BOTH_WAYS = {
  subscribe: [{ topic: 'home/+/value', path: 'values/*' }],
  publish: [{ path: 'values/*', topic: 'home/+/value' }],
} as const;

describe('a bridge to mosquitto', function () {
  this.timeout(30_000);
  before(needsBroker);
  let broker: Broker;
  const apps: App[] = [];
  beforeEach(async () => (broker = await Broker.start()));
  afterEach(async () => {
    for (const app of apps.splice(0)) await app.finish();
    await broker?.over();
  });

  /** An app with a bridge, when that is connected. */
  async function start(options: Partial<MqttBridgeOptions>): Promise<House> {
    let house!: House;
    const app = await startApp(() => (house = new House({ url: broker.url, ...options })), { clock: 'real' });
    apps.push(app);
    await app.bench.till(() => house.bridge?.online);
    return house;
  }

  async function till(holds: () => boolean): Promise<void> {
    await apps[0]!.bench.till(holds);
  }

  for (const protocolVersion of [5, 4])
    it(`brings topics to paths and paths to topics, by MQTT ${protocolVersion}`, async () => {
      const peer = await broker.peer('home/+/set');
      const house = await start({
        subscribe: [{ topic: 'home/+/temperature', path: 'devices/*/temperature' }],
        publish: [{ path: 'devices/*/on', topic: 'home/+/set' }],
        client: { protocolVersion },
        ...(protocolVersion === 4 && { connect }),
      });
      // Asked for after it is online: what is said meanwhile may be lost, so it is said until it is heard.
      await till(() => {
        void peer.say('home/t1/temperature', '21.5');
        return house.store.get('devices/t1/temperature') === 21.5;
      });
      house.ttsc__do((store) => store.set('devices/f1/on', true).set('devices/f1/on', { level: 3 }));
      await till(() => peer.heard.length === 2);
      expect(peer.heard).to.deep.equal(['home/f1/set=true', 'home/f1/set={"level":3}']);
    });

  it('gets what the broker has kept, and has it keep what it publishes', async () => {
    const peer = await broker.peer();
    await peer.say('home/t1/value', '20', true);
    const house = await start({ ...BOTH_WAYS, publish: [{ path: 'rooms/*', topic: 'rooms/+', retain: true }] });
    await till(() => house.store.get('values/t1') === 20);
    house.ttsc__do((store) => store.set({ 'rooms/hall': 'warm', 'rooms/attic': 'cold' }));
    house.ttsc__do((store) => store.set('rooms/attic', undefined));
    await till(() => house.bridge.counts.published === 3);
    const late = await broker.peer('rooms/+');
    await till(() => late.heard.length > 0);
    expect(late.heard).to.deep.equal(['rooms/hall=warm']);
  });

  it('does not echo between two bridges that both publish and hear the same topics', async () => {
    const peer = await broker.peer('home/+/value');
    const [one, two] = [await start(BOTH_WAYS), await start(BOTH_WAYS)];
    await till(() => {
      void peer.say('home/ready/value', 'yes');
      return [one, two].every(({ store }) => store.get('values/ready') === 'yes');
    });
    for (let n = 1; n <= 200; n++) {
      one.ttsc__do((store) => store.set('values/a', n));
      two.ttsc__do((store) => store.set('values/b', n));
    }
    await till(() => one.store.get('values/b') === 200 && two.store.get('values/a') === 200);
    // Whatever goes in a circle would come again and again before this has gone its way through both.
    for (let n = 0; n < 3; n++) {
      two.ttsc__do((store) => store.set('values/last', n));
      await till(() => one.store.get('values/last') === n);
    }
    const count = one.bridge.counts.published + two.bridge.counts.published;
    expect(count).to.be.at.most(403);
    // The broker may tell it last.
    await till(() => peer.heard.filter((text) => !text.includes('ready')).length >= count);
    expect(peer.heard.filter((text) => !text.includes('ready'))).to.have.length(count);
    expect(peer.heard.filter((text) => text.includes('/a/')).at(-1)).to.equal('home/a/value=200');
    expect([one.store.get('values/a'), two.store.get('values/b')]).to.deep.equal([200, 200]);
  });

  it('connects again when the broker is back, and publishes what has changed meanwhile', async () => {
    const house = await start({ ...BOTH_WAYS, client: { reconnectPeriod: 50 } });
    await broker.stop();
    await till(() => house.offline === 1);
    for (let n = 0; n < 100; n++) house.ttsc__do((store) => store.set(`values/${n % 2}`, n));
    await till(() => house.bridge.counts.waiting === 2);
    await broker.start();
    const peer = await broker.peer('home/#');
    await till(() => house.bridge.online && house.bridge.counts.waiting === 0);
    expect(house.bridge.counts).to.include({ published: 2, unsent: 0 });
    await till(() => {
      void peer.say('home/x/value', '7');
      return house.store.get('values/x') === 7;
    });
  });

  it('lets all that was published leave before its app ends', async () => {
    const peer = await broker.peer('home/#');
    const house = await start(BOTH_WAYS);
    house.ttsc__do((store) => {
      for (let n = 0; n < 2_000; n++) store.set(`values/${n}`, n);
    });
    house.ttsc__finish();
    await apps[0]!.end();
    expect(house.bridge.counts).to.include({ published: 2_000, unsent: 0, waiting: 0 });
    await till(() => peer.heard.length === 2_000);
  });

  it('takes many messages, one after the other, and no larger one than it may', async () => {
    const peer = await broker.peer();
    const house = await start({ ...BOTH_WAYS, payloadLimit: 1_000 });
    await till(() => {
      void peer.say('home/ready/value', 'yes');
      return house.store.get('values/ready') === 'yes';
    });
    const said = Array.from({ length: 900 }, async (_, n) => peer.say(`home/${n % 50}/value`, String(n)));
    await Promise.all(said);
    await peer.say('home/large/value', 'x'.repeat(1_001));
    await peer.say('home/last/value', 'x'.repeat(1_000));
    await till(() => house.store.has('values/last'));
    expect(house.store.get('values/49')).to.equal(899);
    expect(house.store.has('values/large')).to.equal(false);
    expect(house.bridge.counts.refused).to.equal(1);
  });

  it('cannot connect if no broker runs, and its app still ends', async () => {
    await broker.stop();
    let house!: House;
    const app = await startApp(() => (house = new House({ url: broker.url, ...BOTH_WAYS })), { clock: 'real' });
    await app.bench.till(() => app.lines.some(({ code }) => code === 'TT_MQTT_OFFLINE'));
    house.ttsc__finish();
    await app.end();
    expect(house.bridge.finished).to.equal(true);
  });
});
