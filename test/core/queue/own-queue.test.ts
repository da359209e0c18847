import { expect } from 'chai';
import { Catalyst, type CatalystQueue, Formula, type FormulaData, type Order, Tonic } from '../../../src/index.js';

type Put = Parameters<CatalystQueue['put']>;

/** A queue written from scratch, which keeps of an order what it is made of and no more; urgent sparkles come first. */
class Urgent implements CatalystQueue {
  limit = Infinity;
  stampWith = undefined;
  readonly told: (string | undefined)[] = [];
  #orders: Put[] = [];
  readonly #wake: () => void;

  constructor(wake: () => void) {
    this.#wake = wake;
  }

  get size(): number {
    return this.#orders.length;
  }

  get isEmpty(): boolean {
    return this.#orders.length === 0;
  }

  put(...[tonic, sparkle, count, a, b, source, sourceSparkle]: Put): void {
    if (sparkle.name === 'urgent') this.told.push(source?.name, sourceSparkle?.key);
    const rank = (order: Put): number => (order[1].name === 'urgent' ? 0 : 1);
    this.#orders.push([tonic, sparkle, count, a, b]);
    this.#orders = [...this.#orders].sort((one, other) => rank(one) - rank(other));
    this.#wake();
  }

  take(order: Order): boolean {
    const first = this.#orders.shift();
    if (first === undefined) return false;
    [order.tonic, order.sparkle, order.count, order.a, order.b] = first;
    return true;
  }
}

class UrgentFirst extends Catalyst {
  protected override newCatalystQueue(): CatalystQueue {
    return new Urgent(() => this.wake());
  }
}

/** Runs an app on such a queue; gives the queue. */
async function runOn(starting: () => void): Promise<Urgent> {
  let main!: Catalyst;
  class App extends Formula {
    protected override creatingFormula(): FormulaData {
      return { log: { to: 'off' } };
    }
    protected override creatingMainCatalyst(): void {
      main = new UrgentFirst();
    }
    protected override creatingStartingTonics(): void {
      starting();
    }
  }
  await App.run();
  return main.queue as Urgent;
}

describe('a queue written from scratch', () => {
  it('decides what comes first, and each order knows who queued it', async () => {
    const heard: unknown[] = [];
    class Server extends Tonic {
      ttsc__normal(): void {
        heard.push(['normal', this.source?.name, this.source?.sparkle]);
        this.ttsc__finish();
      }
      ttsc__urgent(word: string): void {
        heard.push([word, this.source?.name, this.source?.sparkle]);
      }
    }
    class Client extends Tonic {
      ttse__onStart(): void {
        const server = new Server();
        server.ttsc__normal();
        server.ttsc__urgent('urgent');
        server.ttsc__finish();
        this.ttsc__finish();
      }
    }
    const queue = await runOn(() => void new Client({ name: 'client' }));
    expect(heard).to.deep.equal([
      ['urgent', 'client', 'ttse__onStart'],
      ['normal', 'client', 'ttse__onStart'],
    ]);
    expect(queue.told).to.deep.equal(['client', 'ttse__onStart']);
  });

  it('lets nobody finish a Tonic but itself, its base and code outside any sparkle', async () => {
    const ends: string[] = [];
    class Victim extends Tonic {
      ttse__onFinished(): void {
        ends.push('victim');
      }
    }
    class Killer extends Tonic {
      ttsc__kill(victim: Victim): void {
        victim.ttsc__finish();
        this.ttsc__done();
      }
      ttsc__done(): void {
        ends.push('killer is done');
        setImmediate(() => {
          ends.push('outside');
          main.ttsc__finish();
        });
      }
    }
    class Main extends Tonic {
      ttse__onStart(): void {
        new Killer().ttsc__kill(new Victim());
      }
    }
    let main!: Main;
    await runOn(() => void (main = new Main()));
    expect(ends).to.deep.equal(['killer is done', 'outside', 'victim']);
  });

  it('gives an order that no Tonic has queued no source', async () => {
    const sources: unknown[] = [];
    class Server extends Tonic {
      ttse__onStart(): void {
        setImmediate(() => this.ttsc__urgent());
      }
      ttsc__urgent(): void {
        sources.push(this.source);
        this.ttsc__finish();
      }
    }
    await runOn(() => void new Server());
    expect(sources).to.deep.equal([undefined]);
  });
});
