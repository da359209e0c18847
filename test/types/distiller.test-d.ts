// What the compiler must refuse, and must know, of the Distiller.
import { Formula, Tonic } from '../../src/index.js';
import { distilled, Distiller, explore, type SparkleResult, type TraceEntry } from '../../src/testing/index.js';

class Door extends Tonic<'open' | 'locked'> {
  ttsc__unlock(_code: string): void {}
}
class House extends Formula {}
class Sized extends Formula {
  constructor(readonly doors: number) {
    super();
  }
}

export async function turning(distiller: Distiller): Promise<SparkleResult> {
  const door: Door = distiller.infuse(() => new Door());
  const found: Door | undefined = distiller.find<Door>('door');
  found?.ttsc__unlock('42');
  // @ts-expect-error -- a sparkle's arguments are checked
  door.ttsc__unlock(42);
  // @ts-expect-error -- there is no such condition
  await distiller.sparkle({ tillState: ['open'] });
  // @ts-expect-error -- states are texts
  await distiller.sparkle({ tillStateIn: 5 });
  await distiller.sparkle({ tillStateIn: 'open', tillSparkleIn: ['ttsc__unlock'] });
  await distiller.sparkle({
    contract: { tonics: { door: { tillStateIn: 'open', probes: 'tries' } }, probes: ['code'] },
  });
  // @ts-expect-error -- a contract is with Tonics
  await distiller.sparkle({ contract: { stopMatchCount: 1 } });
  // @ts-expect-error -- a number or 'all'
  await distiller.sparkle({ contract: { stopMatchCount: 'both', tonics: {} } });
  distiller.print();
  distiller.print('door');
  distiller.print(['door', door.id]);
  distiller.print(({ sparkle }) => sparkle === 'ttsc__unlock');
  // @ts-expect-error -- one entry has no such field
  distiller.print(({ state }) => state === 'open');
  const text: string = await distiller.until(Promise.resolve('text'));
  const none: void = await distiller.realTime('5ms');
  const value: number = await distiller.realTime(Promise.resolve(text.length));
  void [none, value];
  return distiller.sparkle({ count: 1, timeout: '1s' });
}

export async function starting(): Promise<void> {
  await Distiller.start(House, { seed: 1, probes: { door: ['tries'] } });
  await Distiller.start(new Sized(3));
  await Distiller.start(() => void new Door());
  // @ts-expect-error -- a Formula with arguments is given as an instance
  await Distiller.start(Sized);
  // @ts-expect-error -- where its log goes is the Distiller's
  await Distiller.start(House, { log: { to: 'screen' } });
  await Distiller.start(House, { config: { log: { level: 'debug' }, 'server/port': 7 } });
  // @ts-expect-error -- the framework's own sections have types
  await Distiller.start(House, { config: { log: { defualt: 'full' } } });
  // @ts-expect-error -- how many runs must be said
  await explore({ seed: 1 }, () => {});
  const test: () => Promise<void> = distilled(House, { trace: false }, async (distiller) => distiller.settle());
  await test();
}

export function takingTime(distiller: Distiller): void {
  distiller.sparkleTakes(5);
  distiller.sparkleTakes('1m 30s');
  distiller.sparkleTakes(({ tonic, sparkle, host }) => (tonic instanceof Door ? sparkle.length + host.length : '5ms'));
  distiller.sparkleTakes(({ sparkle }) => (sparkle === 'ttsc__unlock' ? 5 : undefined));
  // @ts-expect-error -- it looks at once
  distiller.sparkleTakes(async () => 5);
  // @ts-expect-error -- a sparkle has no such field
  distiller.sparkleTakes(({ state }) => (state === 'open' ? 5 : 0));
  void distilled(House, { sparkleTakes: () => 5, instantLimit: 1_000 }, () => {});
}

export function reading(entry: TraceEntry): string | undefined {
  // @ts-expect-error -- it is frozen
  entry.sparkle = 'forged';
  // @ts-expect-error -- while it runs there is no exit
  void entry.atExit.state;
  return entry.atExit?.state;
}
