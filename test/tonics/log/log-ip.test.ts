import { expect } from 'chai';
import {
  Formula,
  type FormulaData,
  type IpLogOptions,
  logServices,
  SelectorCatalyst,
  Tonic,
} from '../../../src/index.js';
import type { Line } from '../../support/app.js';
import { FakeNetwork, type FakeStream } from '../../support/fake-network.js';
import { VirtualBench } from '../../support/bench.js';

class Talker extends Tonic {
  ttsc__say(text: string): void {
    this.log.info(text);
  }
}

/** An app that logs to a viewer, over a network and in a time that the test holds. */
class IpApp {
  readonly bench = new VirtualBench();
  readonly clock = this.bench.held;
  readonly network = new FakeNetwork({ 'viewer.example': ['10.0.0.8'], 'two.example': ['10.0.0.9', '10.0.0.10'] });
  talker!: Talker;
  main!: SelectorCatalyst;
  said = '';
  readonly ended: Promise<unknown>;

  constructor(ip: Partial<IpLogOptions>, log: FormulaData['log'] = {}) {
    const app = this; // eslint-disable-line @typescript-eslint/no-this-alias -- two classes meet here
    class Logging extends Formula {
      protected override readonly clock = app.clock;
      protected override readonly random = { next: () => 0.999 };
      protected override readonly logServices = logServices;
      protected override creatingFormula(): FormulaData {
        return { log: { to: 'ip', ip: { port: 7008, ...ip }, ...log } };
      }
      protected override creatingMainCatalyst(): unknown {
        return (app.main = new SelectorCatalyst({ network: app.network }));
      }
      protected override creatingStartingTonics(): void {
        app.talker = new Talker({ name: 'talker' });
      }
    }
    const { write } = process.stderr;
    process.stderr.write = (text: string | Uint8Array): boolean => {
      this.said += String(text);
      return true;
    };
    this.ended = Logging.run().finally(() => (process.stderr.write = write));
    this.ended.catch(() => {});
  }

  async says(...texts: string[]): Promise<void> {
    for (const text of texts) this.talker.ttsc__say(text);
    await this.bench.settled();
  }

  /** The n-th connection to the viewer, open. */
  async viewer(n = 1): Promise<FakeStream> {
    const stream = await this.network.stream(n);
    stream.opens();
    await this.bench.settled();
    return stream;
  }

  /** Finishes; the time that it takes. */
  async over(): Promise<number> {
    const begun = this.clock.now();
    this.main.ttsc__finish();
    await this.bench.end(this.ended);
    return this.clock.now() - begun;
  }
}

const apps: IpApp[] = [];

async function start(ip: Partial<IpLogOptions> = {}, log: FormulaData['log'] = {}): Promise<IpApp> {
  const app = new IpApp(ip, log);
  apps.push(app);
  while (app.talker === undefined) await Promise.race([app.bench.settled(), app.ended]);
  await app.bench.settled();
  return app;
}

const linesOf = ({ sent }: FakeStream): Line[] =>
  sent
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line)
    // Which app it is, a viewer is told first.
    .filter(({ msg }) => msg !== 'session');
const messagesOf = (stream: FakeStream): string[] => linesOf(stream).map(({ msg }) => msg);

describe('a log that goes to a viewer', () => {
  afterEach(async () => {
    for (const app of apps.splice(0)) {
      app.main?.ttsc__finish();
      await app.bench.end(app.ended).catch(() => {});
    }
  });

  it('is sent as lines of JSON, to the host and port that were given', async () => {
    const app = await start({ host: 'viewer.example', port: 7100 });
    const viewer = await app.viewer();
    await app.says('one', 'two');
    expect(viewer.settings).to.include({ address: '10.0.0.8', port: 7100 });
    expect(messagesOf(viewer)).to.deep.equal(['one', 'two']);
    expect(linesOf(viewer)[0]).to.include({ tonic: 'talker', sparkle: 'ttsc__say', level: 30 });
  });

  it('waits while the viewer is not there yet', async () => {
    const app = await start();
    await app.says('one', 'two');
    expect(messagesOf(await app.viewer())).to.deep.equal(['one', 'two']);
  });

  it('leaves in one write what was logged in one turn', async () => {
    const app = await start();
    const viewer = await app.viewer();
    const before = viewer.flushes;
    await app.says('one', 'two', 'three');
    expect(viewer.flushes - before).to.equal(1);
  });

  it('costs a sparkle nothing of the network: what it logs is sent after the turn', async () => {
    const app = await start();
    const viewer = await app.viewer();
    let sentWithin: string | undefined;
    class Watcher extends Tonic {
      ttse__onStart(): void {
        this.log.info('now');
        sentWithin = viewer.sent;
      }
    }
    new Watcher({ base: app.talker });
    await app.bench.settled();
    expect(sentWithin).not.to.include('now');
    expect(messagesOf(viewer)).to.deep.equal(['now']);
  });

  it('is tried again ever more seldom, up to the cap, and says once on stderr what it waits for', async () => {
    const app = await start({ retryDelay: 100, retryCap: 1_000 });
    const times: number[] = [];
    for (let n = 1; n <= 8; n++) {
      (await app.network.stream(n)).fails('ECONNREFUSED');
      await app.bench.settled();
      const begun = app.clock.now();
      while (app.network.streams.length === n) await app.bench.pass(1);
      times.push(app.clock.now() - begun);
    }
    expect(times.map((time) => Math.round(time / 100) * 100)).to.deep.equal([
      100, 200, 400, 800, 1_000, 1_000, 1_000, 1_000,
    ]);
    expect(app.said.match(/waits for its viewer at localhost:7008/g)).to.have.length(1);
  });

  it('goes on with the next address of the viewer where one refuses', async () => {
    const app = await start({ host: 'two.example' });
    (await app.network.stream(1)).fails('ECONNREFUSED');
    await app.bench.settled();
    await app.says('one');
    const viewer = await app.viewer(2);
    expect([viewer.settings!.address, messagesOf(viewer)]).to.deep.equal(['10.0.0.10', ['one']]);
  });

  it('gives a try up that is not answered', async () => {
    const app = await start({ connectTimeout: 700 });
    const silent = await app.network.stream(1);
    await app.bench.pass(699);
    expect(silent.closed).to.equal(false);
    await app.bench.pass(1);
    expect(silent.closed).to.equal(true);
    await app.bench.pass(500);
    await app.says('one');
    expect(messagesOf(await app.viewer(2))).to.deep.equal(['one']);
  });

  it('keeps no more than its backlog while nobody is there: the oldest give way, and a line tells how many', async () => {
    const app = await start({ backlog: 1_024 });
    for (let n = 0; n < 100; n++) app.talker.ttsc__say(`line ${n}`);
    await app.bench.settled();
    const viewer = await app.viewer();
    const [first, ...rest] = linesOf(viewer);
    expect(first).to.include({ level: 40, dropped: 101 - rest.length });
    expect(first!.msg).to.include('lines were left out');
    expect(rest.map(({ msg }) => msg)).to.deep.equal(
      Array.from({ length: rest.length }, (_, n) => `line ${100 - rest.length + n}`),
    );
    expect(rest.length).to.be.within(5, 15);
  });

  it('gives a viewer that does not read 64 KiB at most, and keeps no more than the backlog besides', async () => {
    const app = await start({ backlog: 20_000 });
    const viewer = await app.viewer();
    viewer.stuck = true;
    for (let n = 0; n < 50; n++) await app.says(...Array.from({ length: 20 }, () => 'x'.repeat(1_000)));
    expect(viewer.unsent).to.be.within(60_000, 70_000);
    viewer.stuck = false;
    viewer.takes(Infinity);
    await app.bench.settled();
    const lines = linesOf(viewer);
    const dropped = lines.reduce((sum, line) => sum + ((line['dropped'] as number | undefined) ?? 0), 0);
    expect(dropped).to.be.greaterThan(800);
    expect(lines.filter(({ msg }) => msg.startsWith('x')).length + dropped).to.equal(1_000);
  });

  it('is sent again from the first line that had not left when the connection was lost', async () => {
    const app = await start();
    const viewer = await app.viewer();
    await app.says('arrived');
    viewer.stuck = true;
    await app.says('stuck', 'stuck too');
    viewer.fails('ECONNRESET');
    await app.says('waits');
    await app.bench.pass(500);
    expect(messagesOf(await app.viewer(2))).to.deep.equal(['stuck', 'stuck too', 'waits']);
  });

  it('is not sent again as far as it had left, even if nothing has told so before the connection was lost', async () => {
    const app = await start();
    const viewer = await app.viewer();
    viewer.stuck = true;
    await app.says('one', 'two');
    const [, second = ''] = viewer.sent.split('\n');
    viewer.unsent = second.length + 1;
    viewer.fails('ECONNRESET');
    await app.bench.pass(500);
    expect(messagesOf(await app.viewer(2))).to.deep.equal(['two']);
  });

  it('goes to the next viewer when this one ends the connection', async () => {
    const app = await start();
    const viewer = await app.viewer();
    viewer.peerEnds();
    await app.bench.settled();
    await app.says('after the end');
    expect(viewer.closed).to.equal(true);
    await app.bench.pass(500);
    expect(messagesOf(await app.viewer(2))).to.deep.equal(['after the end']);
  });

  it('is offered ever more seldom to a viewer that takes connections and resets them', async () => {
    const app = await start({ retryDelay: 100, retryCap: 10_000 });
    for (let n = 1; n <= 6; n++) {
      (await app.viewer(n)).fails('ECONNRESET');
      await app.bench.settled();
      if (n < 6) await app.bench.pass(100 * 2 ** (n - 1));
    }
    await app.bench.pass(2_000);
    expect(app.network.streams).to.have.length(6);
  });

  it('reads nothing more of a viewer that talks without end', async () => {
    const app = await start();
    const viewer = await app.viewer();
    expect(viewer.interest & 4).to.equal(4);
    for (let n = 0; n < 70; n++) viewer.receives('x'.repeat(1_000));
    await app.bench.settled();
    expect(viewer.interest & 4).to.equal(0);
    await app.says('all the same');
    expect(messagesOf(viewer)).to.deep.equal(['all the same']);
  });

  it('holds no process open: neither its timers nor, after the end, its connection', async () => {
    const app = await start();
    const before = app.clock.holding;
    (await app.network.stream(1)).fails('ECONNREFUSED');
    await app.bench.settled();
    expect(app.clock.holding).to.equal(before);
    await app.bench.pass(500);
    const viewer = await app.viewer(2);
    await app.over();
    expect(viewer.closed).to.equal(true);
    expect(app.clock.holding).to.equal(0);
  });

  describe('at the end of the app', () => {
    it('leaves to the last line, then the connection ends in order', async () => {
      const app = await start();
      const viewer = await app.viewer();
      app.talker.ttsc__say('the last words');
      expect(await app.over()).to.equal(0);
      expect(messagesOf(viewer)).to.include('the last words');
      expect([viewer.flushed, viewer.wasReset, app.said]).to.deep.equal([true, false, '']);
    });

    it('waits for a viewer that is slow, and no longer than closeTimeout; what is left is counted on stderr', async () => {
      const app = await start({}, { closeTimeout: 250 });
      const viewer = await app.viewer();
      viewer.stuck = true;
      await app.says('one', 'two');
      expect(await app.over()).to.equal(250);
      expect(viewer.closed).to.equal(true);
      expect(app.said).to.include('2 lines of the log did not reach the viewer at localhost:7008');
    });

    it('does not wait for a viewer that is not there', async () => {
      const app = await start();
      (await app.network.stream(1)).fails('ECONNREFUSED');
      await app.says('one');
      expect(await app.over()).to.equal(0);
      expect(app.said).to.include('2 lines of the log did not reach');
    });

    it('waits for the connection that it is just making', async () => {
      const app = await start();
      await app.says('one');
      app.main.ttsc__finish();
      await app.bench.settled();
      const viewer = await app.viewer();
      await app.bench.end(app.ended);
      expect(messagesOf(viewer)).to.include('one');
    });
  });

  for (const [ip, problem] of [
    [{ port: 0 }, 'port'],
    [{ port: undefined }, 'port'],
    [{ backlog: 10 }, 'backlog'],
    [{ hots: 'x' }, 'hots'],
  ] as const) {
    it(`is refused with ${JSON.stringify(ip)}`, async () => {
      const app = new IpApp(ip as never);
      const error = (await app.ended.catch((reason: unknown) => reason)) as Error & { code: string };
      expect(error.code).to.equal('TT_BAD_OPTION');
      expect(error.message).to.include(problem);
    });
  }
});
