import { expect } from 'chai';
import type * as v from 'valibot';
import {
  Catalyst,
  ChunkedWork,
  SelectorCatalyst,
  TaskTonicError,
  TcpClient,
  TcpClientPool,
  TcpConnection,
  TcpServer,
  TimerPausing,
  TimerRepeat,
  TimerSingleShot,
  Tonic,
  UdpServer,
  UdpSocket,
} from '../../src/index.js';
import {
  TimerEveryDay,
  TimerEveryHour,
  TimerEveryMinute,
  TimerEveryMonth,
  TimerEveryWeek,
  TimerEveryYear,
} from '../../src/calendar/index.js';
import {
  custom,
  delimited,
  fixed,
  jsonLines,
  lengthPrefixed,
  lines,
  netstrings,
  respCommands,
} from '../../src/framing/index.js';
import { Distiller } from '../../src/testing/index.js';
import { wholeSchemas } from '../doors/calendar.js';
import {
  catalystSchema,
  chunkedWorkSchema,
  parseOptions,
  pausingSchema,
  timerSchema,
  tonicSchema,
} from '../doors/core.js';
import {
  customSchema,
  delimitedSchema,
  fixedSchema,
  jsonLinesSchema,
  lengthPrefixedSchema,
  linesSchema,
  netstringsSchema,
  respCommandsSchema,
} from '../doors/framing.js';
import { selectorCatalystSchema } from '../doors/selector.js';
import {
  adopt,
  clientSchema,
  connectionSettings,
  poolSchema,
  serverSchema,
  udpSchema,
  udpServerSchema,
} from '../doors/tonics.js';

const thrower = (): never => {
  throw new RangeError('touched');
};
const bare = (): object => Object.create(null) as object;
const untouchable = (): object =>
  new Proxy(
    {},
    { get: thrower, has: thrower, ownKeys: thrower, getPrototypeOf: thrower, getOwnPropertyDescriptor: thrower },
  );

/** Right for no option at all. */
const NEVER: Readonly<Record<string, () => unknown>> = {
  null: () => null,
  bigint: () => 1n,
  symbol: () => Symbol('odd'),
  'a proxy that throws': untouchable,
  'a revoked proxy': () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
};
/** Wrong for most. */
const ODD: Readonly<Record<string, () => unknown>> = {
  ...NEVER,
  NaN: () => NaN,
  'less than nothing': () => -1,
  Infinity: () => Infinity,
  'an empty text': () => '',
  true: () => true,
  'a list': () => [],
  'a list of what throws': () => [untouchable()],
  'a function': () => () => {},
  'an object': () => ({}),
  'an object without a prototype': bare,
};

/** The Tonic of a connection, as a server makes it. */
const settings = connectionSettings(parseOptions(serverSchema, { port: 0 }, 'It') as never);
const inServer = (make: () => Tonic): Tonic => adopt({ settings, channel: undefined }, make);

interface Kind {
  /** What is to be done around `new`. */
  readonly around?: (make: () => Tonic) => Tonic;
  readonly make: new (options: never) => Tonic;
  readonly set: { readonly entries: v.ObjectEntries };
  /** The options that it cannot be made without. */
  readonly needs?: object;
}

class Main extends Tonic {
  ttse__onTimer(): void {}
  ttse__onError(): void {}
  ttse__onDisconnected(): void {}
  ttse__onInfusionFailed(): void {}
}

class Plain extends Tonic {}

const KINDS: readonly Kind[] = [
  { make: Plain, set: tonicSchema },
  { make: Catalyst, set: catalystSchema },
  { make: SelectorCatalyst, set: selectorCatalystSchema },
  { make: TimerSingleShot, set: timerSchema, needs: { seconds: 1 } },
  { make: TimerRepeat, set: timerSchema, needs: { seconds: 1 } },
  { make: TimerPausing, set: pausingSchema },
  { make: TimerEveryMinute, set: wholeSchemas.minute },
  { make: TimerEveryHour, set: wholeSchemas.hour },
  { make: TimerEveryDay, set: wholeSchemas.day },
  { make: TimerEveryWeek, set: wholeSchemas.week, needs: { day: 'monday' } },
  { make: TimerEveryMonth, set: wholeSchemas.month, needs: { day: 'monday' } },
  { make: TimerEveryYear, set: wholeSchemas.year, needs: { month: 'may', day: 'monday' } },
  { make: ChunkedWork, set: chunkedWorkSchema, needs: { work: [1] } },
  { make: TcpServer, set: serverSchema, needs: { port: 0 } },
  { make: TcpClient, set: clientSchema, needs: { port: 1, host: '127.0.0.1' } },
  { make: TcpClientPool, set: poolSchema, needs: { client: TcpClient } },
  { make: UdpSocket, set: udpSchema },
  { make: UdpServer, set: udpServerSchema, needs: { port: 0 } },
  { make: TcpConnection, set: tonicSchema, around: inServer },
];

describe('options that make no sense', () => {
  let distiller: Distiller;
  let main: Main;

  before(async () => {
    distiller = await Distiller.start(() => void (main = new Main()), { trace: false });
    await distiller.settle();
  });

  after(async () => {
    await distiller.finish();
  });

  /** All that a Tonic which was made, or half made, would be found in. */
  function left(): object {
    const { timers, queue, selector } = SelectorCatalyst.of(main);
    const { size: infusions } = main.infusions;
    return {
      infusions,
      ledger: distiller.ledger.size,
      timers: timers.size,
      queue: queue.size,
      keys: selector.keys.size,
    };
  }

  /** What it says to these options; `undefined` where it takes them, or what is wrong where it says that badly. */
  function refusal({ make: Class, around = (make) => make() }: Kind, options: unknown): 'taken' | 'refused' | string {
    const before = left();
    try {
      const made = around(() => new Class(options as never));
      made.ttsc__finish();
      return 'taken';
    } catch (thrown) {
      if (!(thrown instanceof TaskTonicError)) return `threw ${String(thrown)}`;
      try {
        expect(left()).to.deep.equal(before);
      } catch {
        return `left something behind: ${JSON.stringify([before, left()])}`;
      }
      return 'refused';
    }
  }

  for (const kind of KINDS) {
    it(`are refused by a ${kind.make.name} as an error of its own, and leave nothing behind`, async () => {
      const wrong: string[] = [];
      for (const option of Object.keys(kind.set.entries)) {
        for (const [what, value] of Object.entries(ODD)) {
          const said = refusal(kind, { base: main, ...kind.needs, [option]: value() });
          if (said === 'refused' || (said === 'taken' && !Object.hasOwn(NEVER, what))) continue;
          wrong.push(`${option}: ${what}: ${said}`);
        }
        await distiller.settle();
      }
      expect(wrong).to.deep.equal([]);
    });

    it(`are refused by a ${kind.make.name} in the place of all options`, () => {
      const wrong = Object.entries(ODD)
        .filter(([what]) => !what.startsWith('an object'))
        .map(([what, value]) => [what, refusal(kind, value())])
        .filter(([, said]) => said !== 'refused');
      expect(wrong).to.deep.equal([]);
    });

    it(`are known by their names: a ${kind.make.name} refuses what it does not know`, () => {
      let told: Partial<TaskTonicError> = {};
      const { make: Class, around = (make) => make() } = kind;
      try {
        around(() => new Class({ base: main, ...kind.needs, quirk: 1 } as never));
      } catch (thrown) {
        told = thrown as TaskTonicError;
      }
      expect(told.code).to.equal('TT_BAD_OPTION');
      expect(told.details).to.include({ class: kind.make.name, option: 'quirk' });
    });
  }
});

describe('framings of options that make no sense', () => {
  const framings: readonly [string, (options: never) => unknown, { readonly entries: v.ObjectEntries }, object][] = [
    ['lines()', lines, linesSchema, {}],
    ['delimited()', delimited, delimitedSchema, { delimiter: '|' }],
    ['fixed()', fixed, fixedSchema, { size: 1 }],
    ['lengthPrefixed()', lengthPrefixed, lengthPrefixedSchema, {}],
    ['netstrings()', netstrings, netstringsSchema, {}],
    ['jsonLines()', jsonLines, jsonLinesSchema, {}],
    ['respCommands()', respCommands, respCommandsSchema, {}],
    ['custom()', custom, customSchema, { size: () => 1 }],
  ];
  for (const [name, make, { entries }, needs] of framings) {
    it(`are none: ${name}`, () => {
      const refusal = (options: unknown): unknown => {
        try {
          return make(options as never);
        } catch (thrown) {
          return (thrown as Partial<TaskTonicError>).code;
        }
      };
      for (const value of Object.values(NEVER)) {
        expect(refusal(value())).to.equal('TT_BAD_OPTION');
        for (const option of Object.keys(entries))
          expect(refusal({ ...needs, [option]: value() })).to.equal('TT_BAD_OPTION');
      }
    });
  }
});
