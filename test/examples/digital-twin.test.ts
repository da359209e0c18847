import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Address, Tonic, UdpSocket } from 'tasktonic';
import { Store, type StoreHandle, StoreTree } from 'tasktonic/store';
import { Distiller } from 'tasktonic/testing';
import { Devices } from '../../examples/digital-twin/devices.js';
import type { Terminal } from '../../examples/digital-twin/screen.js';
import { DigitalTwin, type TwinOptions } from '../../examples/digital-twin/twin.js';

const PORT = 7011;

/** A device on a host of its own, which remembers what it is told. */
class Device extends UdpSocket {
  readonly told: unknown[] = [];

  ttsc__report(report: unknown): void {
    const data = typeof report === 'string' || Buffer.isBuffer(report) ? report : JSON.stringify(report);
    this.send(data, { address: 'main', port: PORT });
  }

  ttse__onDatagram(data: Buffer, _from: Address): void {
    this.told.push(JSON.parse(String(data)));
  }
}

/** Somebody else in the app, who looks at what is in the Store. */
class Watcher extends Tonic {
  readonly store = this.use(Store);
}

interface Stage {
  readonly distiller: Distiller;
  readonly store: StoreHandle;
  /** What was shown, a text each time. */
  readonly shown: string[];
}

describe('the digital twin', () => {
  let distiller: Distiller | undefined;
  afterEach(async () => {
    const finished = await distiller?.finish();
    distiller = undefined;
    expect(finished?.leftOpen ?? []).to.deep.equal([]);
  });

  async function start(options: Partial<TwinOptions> = {}, size?: Terminal['size']): Promise<Stage> {
    const shown: string[] = [];
    const terminal = { size, write: (text: string) => void shown.push(text) };
    const twin = {
      host: '0.0.0.0',
      port: PORT,
      directory: undefined,
      limit: undefined,
      mqtt: undefined,
      web: undefined,
      terminal,
      ...options,
    };
    distiller = await Distiller.start(new DigitalTwin(twin), { host: 'main' });
    await distiller.advance('1s');
    const { store } = distiller.infuse(() => new Watcher());
    return { distiller, store, shown };
  }

  async function arrive(name: string): Promise<Device> {
    const app = await distiller!.join(() => {}, { host: name });
    return app.infuse(() => new Device({ name }));
  }

  async function report(device: Device, ...reports: readonly unknown[]): Promise<void> {
    for (const one of reports) device.ttsc__report(one);
    await distiller!.advance(100);
  }

  const thermometer = (value: number, room = 'kitchen'): object => ({ device: 't1', kind: 'thermometer', room, value });
  const fan = (device = 'f1', room = 'kitchen'): object => ({ device, kind: 'fan', room });

  it('has what devices report by device and by room', async () => {
    const { store } = await start();
    await report(await arrive('t1'), thermometer(21.5));
    expect([store.get('devices/t1'), store.get('devices/t1/value')]).to.deep.equal(['thermometer', 21.5]);
    expect([store.get('rooms/kitchen/t1'), store.get('rooms/kitchen/t1/value')]).to.deep.equal(['thermometer', 21.5]);
    expect(store.at('rooms').dump()).to.deep.equal([['kitchen/t1', { $link: 'devices/t1', bubbleEvents: true }]]);
  });

  it('has a device that was moved in its new room alone, where rules see it', async () => {
    const { store } = await start();
    const [t1, f1] = [await arrive('t1'), await arrive('f1')];
    await report(f1, fan('f1', 'hall'));
    await report(t1, thermometer(26));
    expect(f1.told).to.deep.equal([]);
    await report(t1, { device: 't1', kind: 'thermometer', room: 'hall' });
    expect(
      store
        .at('rooms')
        .keys()
        .map((room) => store.at(`rooms/${room}`).keys()),
    ).to.deep.equal([['f1', 't1'], []]);
    expect(f1.told).to.deep.equal([{ device: 'f1', on: true }]);
  });

  it('switches the fans of a room on above the limit, and off a degree below it', async () => {
    await start();
    const [t1, f1, f2, other] = [await arrive('t1'), await arrive('f1'), await arrive('f2'), await arrive('f3')];
    await report(f1, fan());
    await report(f2, fan('f2'));
    await report(other, fan('f3', 'hall'));
    await report(t1, thermometer(25));
    expect(f1.told).to.deep.equal([]);
    for (const degrees of [25.1, 24.1, 30, 24, 24.5, 25.1]) await report(t1, thermometer(degrees));
    const said = (device: string): unknown[] => [false, true, false, true].slice(1).map((on) => ({ device, on }));
    expect([f1.told, f2.told, other.told]).to.deep.equal([said('f1'), said('f2'), []]);
  });

  it('goes by the warmest thermometer of a room, and by a limit that is changed', async () => {
    const { store, distiller } = await start({ limit: 20 });
    const [t1, t2, f1] = [await arrive('t1'), await arrive('t2'), await arrive('f1')];
    await report(f1, fan());
    await report(t1, thermometer(21));
    await report(t2, { ...thermometer(10), device: 't2' });
    expect(f1.told).to.deep.equal([{ device: 'f1', on: true }]);
    store.set('rules/limit', 22);
    await distiller.advance(100);
    expect(f1.told.at(-1)).to.deep.equal({ device: 'f1', on: false });
  });

  it('tells a fan at once that comes into a warm room, and again when it has begun anew elsewhere', async () => {
    await start();
    await report(await arrive('t1'), thermometer(26));
    for (const host of ['f1', 'f1-again']) {
      const f1 = await arrive(host);
      await report(f1, fan());
      expect(f1.told).to.deep.equal([{ device: 'f1', on: true }]);
    }
  });

  it('answers what is no report with an error, and goes on', async () => {
    const { store } = await start();
    const device = await arrive('t1');
    const bad = [
      '', 'x', '[]', 'null', '{', '{}', Buffer.from([0xff, 0]), 'x'.repeat(2_000), '['.repeat(900),
      { ...thermometer(1), device: '../x' }, { ...thermometer(1), device: '#' }, { ...thermometer(1), device: '' },
      { ...thermometer(1), room: '*' }, { ...thermometer(1), kind: 5 }, { ...thermometer(1), value: '21' },
      '{"device":"t1","kind":"thermometer","room":"kitchen","value":1e999}',
      '{"__proto__":{"device":"t1"},"kind":"thermometer","room":"kitchen"}',
    ]; // prettier-ignore
    await report(device, ...bad);
    expect(device.told).to.have.length(bad.length);
    for (const answer of device.told) expect(answer).to.have.keys('error');
    expect(store.has('devices')).to.equal(false);
    await report(device, thermometer(21));
    expect(store.get('devices/t1/value')).to.equal(21);
  });

  it('counts bad datagrams in the Store, and writes of them once a second', async () => {
    const { store, distiller } = await start();
    const device = await arrive('t1');
    for (let n = 0; n < 50; n++) await report(device, ...Array.from({ length: 20 }, () => 'x'));
    await distiller.advance('2s');
    expect(store.get('refused/count')).to.equal(1_000);
    const warnings = distiller.lines.filter(({ level }) => level === 40).map(({ msg }) => msg);
    expect(warnings).to.have.length.within(5, 7);
    expect(warnings[0]).to.match(/^1 bad datagrams; the last: no JSON, from 10\./);
  });

  it('has no more devices than there is place for', () => {
    const store = new StoreTree();
    const devices = new Devices(store, 1);
    const from = { address: '10.0.0.2', port: 1 };
    const one = { device: 'a', kind: 'fan', room: 'r', value: undefined };
    devices.keep(one, from);
    devices.keep(one, from);
    expect(() => devices.keep({ ...one, device: 'b' }, from)).to.throw('more than 1 devices');
    expect(store.at('devices').keys()).to.deep.equal(['a']);
  });

  it('shows a line for each change where there is no terminal', async () => {
    const { shown } = await start();
    const t1 = await arrive('t1');
    await report(t1, thermometer(21));
    await report(t1, thermometer(21));
    await report(t1, thermometer(22), 'x');
    expect(shown).to.deep.equal([
      'devices report to 0.0.0.0 port 7011\n',
      'rules limit 25\n',
      'kitchen t1 thermometer\n',
      'kitchen t1 value 21\n',
      'kitchen t1 value 22\n',
      'refused count 1\n',
    ]);
  });

  it('shows a table on a terminal, some times a second while something changes, and is still while nothing does', async () => {
    const { shown, distiller } = await start({}, { rows: 24, columns: 30 });
    const [t1, f1] = [await arrive('t1'), await arrive('f1')];
    await report(f1, fan());
    for (let degrees = 20; degrees < 30; degrees += 0.1) await report(t1, thermometer(Math.round(degrees * 10) / 10));
    await distiller.advance('1s');
    expect(shown.length).to.be.within(30, 52);
    const before = shown.length;
    await distiller.advance('1h');
    expect(shown).to.have.length(before);
    expect(distiller.clock.nextAt - distiller.clock.now(), 'to the next timer').to.be.above(24 * 3_600_000);
    const lines = shown
      .at(-1)!
      // eslint-disable-next-line no-control-regex -- what steers the terminal
      .replace(/\x1b\[[HJK]/g, '')
      .split('\n');
    expect(lines).to.deep.equal([
      'room     device  kind         ',
      'kitchen  f1      fan          ',
      'kitchen  t1      thermometer  ',
      '',
      'limit 25, 0 bad datagrams',
      '',
    ]);
  });

  it('is there again when it starts again, and tells fans what they were to be', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'tt-twin-'));
    try {
      await start({ directory, limit: 22 });
      const [t1, f1] = [await arrive('t1'), await arrive('f1')];
      await report(f1, fan());
      await report(t1, thermometer(23));
      await distiller!.finish();
      const { shown } = await start({ directory });
      expect(shown.slice(1).sort()).to.deep.equal([
        'kitchen f1 fan\n', 'kitchen f1 on true\n', 'kitchen t1 thermometer\n', 'kitchen t1 value 23\n', 'rules limit 22\n',
      ]); // prettier-ignore
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
