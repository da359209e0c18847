import { expect } from 'chai';
import {
  Formula,
  type FormulaData,
  SelectorCatalyst,
  type ShutdownInfo,
  TcpConnection,
  TcpServer,
  Tonic,
} from '../../src/index.js';
import { Distiller } from '../../src/testing/index.js';
import { Heard } from '../support/heard.js';
import { type ServerApp, serve, tidyUp } from '../support/net-app.js';
import { Hearer } from './programs/reload-threads.js';

class Echo extends TcpConnection {
  ttse__onData(data: Buffer): void {
    this.send(data);
  }
}

/** Never comes to the end of its draining. */
class Stubborn extends Tonic {
  constructor() {
    super({ name: 'stubborn', drainTimeout: Infinity });
  }
  ttse__onDraining(): void {}
}

const DELAY = { shutdown: { drainDelay: 5_000, grace: 3_000 } };

/** A server whose app is configured so, with what asks it to end. */
async function echo(data: FormulaData = DELAY): Promise<ServerApp & { signal(signal?: NodeJS.Signals): boolean }> {
  const app = await serve(() => new Echo(), {}, { data });
  const signal = (name: NodeJS.Signals = 'SIGTERM'): boolean => app.app.main.runtime.askToEnd!(name);
  return Object.assign(app, { signal });
}

async function echoes(app: ServerApp): Promise<boolean> {
  const peer = await app.connect().catch(() => undefined);
  if (peer === undefined) return false;
  await peer.sends('hello');
  return (await peer.received('hello')) === 'hello';
}

describe('after SIGTERM', () => {
  afterEach(tidyUp);

  it('an app with a delay accepts and serves until that is over, then listens no more, and ends', async () => {
    const app = await echo();
    const { peer } = await app.pair();
    app.signal();
    await app.app.pass(4_999);
    expect(app.server.phase).to.equal('listening');
    expect(await echoes(app)).to.equal(true);
    peer.send('still there');
    await peer.received('still there');
    await app.app.pass(2);
    expect(await echoes(app)).to.equal(false);
    const { result } = await app.app.end();
    expect(result).to.include({ exitCode: 0, signal: 'SIGTERM' });
    await peer.closed();
  });

  it('one without a delay begins to finish at once', async () => {
    const app = await echo({});
    app.signal();
    await app.app.settled();
    expect(app.server.phase).not.to.equal('listening');
    await app.app.end();
  });

  it('a second signal ends the delay, and a third the process', async () => {
    const app = await echo();
    expect(app.signal()).to.equal(true);
    await app.app.pass(1_000);
    expect(app.signal('SIGINT')).to.equal(true);
    expect(app.signal()).to.equal(false);
    await app.app.settled();
    expect(app.server.phase).not.to.equal('listening');
    await app.app.end();
  });

  it('Ctrl-C that comes twice at once, by the terminal and by npm, is one', async () => {
    const app = await echo();
    app.signal('SIGINT');
    await app.app.pass(249);
    expect(app.signal('SIGINT')).to.equal(true);
    await app.app.pass(1);
    expect(app.server.phase).to.equal('listening');
    app.signal('SIGINT');
    await app.app.pass(1);
    expect(app.server.phase).not.to.equal('listening');
    await app.app.end();
  });

  it('the grace period begins when the delay is over; then what is left is aborted and named', async () => {
    const app = await echo();
    await app.app.inside(() => new Stubborn());
    app.signal();
    await app.app.pass(7_999);
    expect(app.app.main.finished).to.equal(false);
    await app.app.pass(1);
    const { result, lines } = await app.app.end();
    expect(result.exitCode).to.equal(1);
    const aborted = lines.filter(({ code }) => code === 'TT_ABORTED').map(({ tonic }) => tonic);
    expect(aborted).to.include('stubborn');
    expect(app.app.clock.now()).to.be.within(8_000, 8_100);
  });

  it('an app that finishes by itself meanwhile does not wait for the delay', async () => {
    const app = await echo();
    app.signal();
    await app.app.pass(1_000);
    await app.app.finish();
    expect(app.app.clock.now()).to.be.below(1_100);
  });
});

describe('that an app is to end', () => {
  class Hearing extends Tonic {
    readonly heard = new Heard();
    ttse__onShutdown(info: ShutdownInfo): void {
      const { config, catalyst } = this;
      this.heard.push('ends', info, catalyst.runtime.shutdown, config.get('project/status'));
    }
    ttse__onDraining(): void {
      this.heard.push('draining');
      this.drained();
    }
    ttsc__tell(word: string, ...values: unknown[]): void {
      this.heard.push(word, ...values);
    }
    ttsc__spawn(): void {
      Hearer.spawn(this as never, 1);
    }
  }
  const INFO = { signal: 'SIGTERM', drainDelay: 5_000, upgrade: false };

  async function start(data: FormulaData): Promise<{ distiller: Distiller; hearing: Hearing }> {
    let hearing!: Hearing;
    class App extends Formula {
      protected override creatingFormula(): FormulaData {
        return data;
      }
      protected override creatingMainCatalyst(): void {
        new SelectorCatalyst();
      }
      protected override creatingStartingTonics(): void {
        hearing = new Hearing();
      }
    }
    return { distiller: await Distiller.start(App), hearing };
  }

  it('is heard by its Tonics before they drain, and can be asked for', async () => {
    const { distiller, hearing } = await start(DELAY);
    await distiller.settle();
    expect(distiller.runtime.shutdown).to.equal(undefined);
    distiller.signal('SIGTERM');
    await distiller.advance(0);
    expect(hearing.heard.names).to.deep.equal(['ends']);
    expect(hearing.heard.all('ends')).to.deep.equal([[INFO, INFO, 'stopping']]);
    await distiller.advance(5_000);
    expect(hearing.heard.names).to.deep.equal(['ends', 'draining']);
    const { exitCode, signal, leftOpen } = await distiller.finish();
    expect({ exitCode, signal, leftOpen }).to.deep.equal({ exitCode: 0, signal: 'SIGTERM', leftOpen: [] });
  });

  it('is heard without a delay, too, and first', async () => {
    const { distiller, hearing } = await start({});
    await distiller.settle();
    distiller.signal('SIGINT');
    await distiller.finish();
    expect(hearing.heard.names).to.deep.equal(['ends', 'draining']);
  });

  it('is heard in all threads, those that threads have started as well', async () => {
    const { distiller, hearing } = await start(DELAY);
    hearing.ttsc__spawn();
    await distiller.until(() => hearing.heard.count('started') === 2);
    distiller.signal('SIGTERM');
    await distiller.advance(100);
    const [own, ...ofThreads] = hearing.heard.all('ends');
    expect(own).to.deep.equal([INFO, INFO, 'stopping']);
    expect(ofThreads).to.have.deep.members([
      [1, INFO, INFO],
      [0, INFO, INFO],
    ]);
    await distiller.finish();
  });

  it('once its process would end at once, ends an app under test as kill() does', async () => {
    const { distiller } = await start({});
    await distiller.settle();
    distiller.signal('SIGTERM');
    distiller.signal('SIGTERM');
    expect(distiller.finished).to.equal(true);
    expect((await distiller.finish()).signal).to.equal('SIGKILL');
  });

  it('is told to the peers of a protocol that wants to', async () => {
    class Smtp extends TcpConnection {
      ttse__onShutdown(): void {
        this.send('421 closing soon\r\n');
      }
    }
    const app = await serve(() => new Smtp(), {}, { data: DELAY });
    const { peer } = await app.pair();
    app.app.main.runtime.askToEnd!('SIGTERM');
    expect(await peer.received('421 closing soon\r\n')).to.equal('421 closing soon\r\n');
    expect(app.server).to.be.instanceOf(TcpServer);
    expect(app.server.phase).to.equal('listening');
  });
});
