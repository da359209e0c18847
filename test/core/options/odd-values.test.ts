import { expect } from 'chai';
import type * as v from 'valibot';
import { type Answer, TaskTonicError, TcpClient, TcpServer, Tonic, showLog } from '../../../src/index.js';
import { lines } from '../../../src/framing/index.js';
import { Distiller, SimulatedNetwork, checkFraming, explore } from '../../../src/testing/index.js';
import { askSchema, inboxSchema, pipeSchema, superviseSchema, transitionSchema } from '../../doors/core.js';
import { showLogSchema } from '../../doors/log.js';
import {
  checkFramingSchema,
  distillerSchema,
  exploreSchema,
  hostSchema,
  networkSchema,
  partitionSchema,
  sparkleSchema,
} from '../../doors/testing.js';
import { requestSchema } from '../../doors/tonics.js';

const thrower = (): never => {
  throw new RangeError('touched');
};
const ODD: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  null: () => null,
  NaN: () => NaN,
  Infinity: () => Infinity,
  'less than nothing': () => -1,
  'a fraction': () => 1.5,
  'more than is whole': () => 2 ** 53,
  'a bigint': () => 1n,
  'an empty text': () => '',
  'a text': () => 'odd',
  'a symbol': () => Symbol('odd'),
  'an object': () => ({}),
  'a list': () => [],
  'a proxy that throws': () =>
    new Proxy(
      {},
      { get: thrower, has: thrower, ownKeys: thrower, getPrototypeOf: thrower, getOwnPropertyDescriptor: thrower },
    ),
};

/** Its sparkles run what a test gives, so that whatever is called there is called in a sparkle. */
class Asked extends Tonic {
  ttsc__asked(answer: Answer<number>): void {
    answer.give(1);
  }
}

class Caller extends Tonic<'here' | 'there'> {
  other!: Asked;
  ttse__onStart(): void {
    this.other = new Asked();
  }
  ttsc__do(what: (own: Caller) => unknown): void {
    what(this);
  }
  ttse__onStateTimeout(): void {}
  ttse__onInfusionFailed(): void {}
  ttse__heard(): void {}
  ttse__notHeard(): void {}

  asks(options: never): void {
    this.ask(this.other, options).ttsc__asked().then(this.ttse__heard, this.ttse__notHeard);
  }
  pipes(options: never): void {
    this.pipe(Promise.resolve(1), this.ttse__heard, this.ttse__notHeard, options);
  }
  goes(options: never): void {
    this.toState(this.state === 'here' ? 'there' : 'here', options);
  }
  supervises(options: never): void {
    this.supervise(() => new Tonic(), options).current.ttsc__finish();
  }
}

class Client extends TcpClient {
  ttse__heard(): void {}
  asks(options: never): void {
    this.request('x\n', this.ttse__heard, options);
  }
}

const parts = (): object => ({ clock: { now: () => 0 }, random: { next: () => 0 } });
const network = new SimulatedNetwork(parts() as never);
const door = network.host('door');

interface Kind {
  readonly set: { readonly entries: v.ObjectEntries };
  readonly call: (options: never, parties: { caller: Caller; client: Client; distiller: Distiller }) => unknown;
  readonly needs?: object;
}

const KINDS: Readonly<Record<string, Kind>> = {
  'ask()': { set: askSchema, call: (options, { caller }) => caller.asks(options) },
  'pipe()': { set: pipeSchema, call: (options, { caller }) => caller.pipes(options) },
  'toState()': { set: transitionSchema, call: (options, { caller }) => caller.goes(options) },
  'supervise()': { set: superviseSchema, call: (options, { caller }) => caller.supervises(options) },
  inboxLimit: { set: inboxSchema, call: limits },
  'request()': { set: requestSchema, call: (options, { client }) => client.asks(options) },
  'showLog()': { set: showLogSchema, call: (options) => showLog('{}', options) },
  'checkFraming()': { set: checkFramingSchema, call: (options) => checkFraming(lines(), [], options) },
  'new SimulatedNetwork()': { set: networkSchema, call: (options) => new SimulatedNetwork(options), needs: parts() },
  'host()': { set: hostSchema, call: (options) => network.host('other', options) },
  'partition()': { set: partitionSchema, call: (options) => network.partition(door, door, options).heal() },
};

function limits(options: never, { caller: base }: { readonly caller: Caller }): void {
  class Limited extends Tonic {
    static override readonly inboxLimit = options;
  }
  new Limited({ base }).ttsc__finish();
}

/** These give a promise, and turn loops that no sparkle may turn. */
const AWAITED: Readonly<Record<string, Kind>> = {
  Distiller: {
    set: distillerSchema,
    call: async (options) => (await Distiller.start(undefined, options)).finish(),
  },
  'explore()': { set: exploreSchema, call: (options) => explore(options, enough), needs: { runs: 1 } },
  'sparkle()': { set: sparkleSchema, call: sparkles },
};

/** One run is enough, whatever was given. */
async function enough(): Promise<void> {
  throw new Error('enough');
}

async function sparkles(options: never): Promise<void> {
  const distiller = await Distiller.start(undefined, { trace: false });
  try {
    await distiller.sparkle(options);
  } finally {
    await distiller.finish();
  }
}

const getter = (option: string, needs: object = {}): object =>
  Object.defineProperty({ ...needs }, option, { enumerable: true, get: thrower });

/** All that one option can be given, and all that can stand in the place of all options. */
function* oddSets({ set, needs }: Kind): Generator<readonly [what: string, options: unknown, mayBeTaken: boolean]> {
  for (const option of Object.keys(set.entries)) {
    for (const [what, value] of Object.entries(ODD))
      yield [`${option}: ${what}`, { ...needs, [option]: value() }, true];
    yield [`${option}: a getter that throws`, getter(option, needs), false];
  }
  yield ['an option that nobody knows', { ...needs, quirk: 1 }, false];
  for (const [what, value] of Object.entries(ODD))
    if (what !== 'an object') yield [`all: ${what}`, value(), what === 'undefined'];
}

/** What is wrong with what was thrown; `undefined` where it is an error of the framework, with a sentence. */
function fault(thrown: unknown): string | undefined {
  if (!(thrown instanceof TaskTonicError)) return `threw ${String(thrown)}`;
  return thrown.code.startsWith('TT_') && / .*\.$|: /.test(thrown.message) ? undefined : `says ${thrown.message}`;
}

describe('odd options of what is called', () => {
  let distiller: Distiller;
  let caller: Caller;
  let client: Client;

  beforeEach(async () => {
    distiller = await Distiller.start(
      () => {
        caller = new Caller({ name: 'caller' });
        new TcpServer({ port: 7 });
        client = new Client({ port: 7, host: 'localhost' });
      },
      { trace: false },
    );
    await distiller.settle();
  });

  afterEach(async () => {
    await distiller.finish();
  });

  for (const [name, kind] of Object.entries(KINDS)) {
    it(`are refused by ${name} at the call, or taken; and the app goes on`, async () => {
      const wrong: string[] = [];
      for (const [what, options, mayBeTaken] of oddSets(kind)) {
        let ran = false;
        caller.ttsc__do(() => {
          ran = true;
          try {
            kind.call(options as never, { caller, client, distiller });
            if (!mayBeTaken) wrong.push(`${what}: was taken`);
          } catch (thrown) {
            const bad = fault(thrown);
            if (bad !== undefined) wrong.push(`${what}: ${bad}`);
          }
        });
        await distiller.settle();
        if (!ran) wrong.push(`${what}: nothing runs any more`);
      }
      expect(wrong).to.deep.equal([]);
      expect(distiller.lines.filter(({ level }) => level >= 50)).to.deep.equal([]);
    });
  }

  for (const [name, kind] of Object.entries(AWAITED)) {
    it(`are refused by ${name}, or taken`, async () => {
      const wrong: string[] = [];
      for (const [what, options, mayBeTaken] of oddSets(kind)) {
        try {
          await kind.call(options as never, { caller, client, distiller });
          if (!mayBeTaken) wrong.push(`${what}: was taken`);
        } catch (thrown) {
          const bad = fault(thrown);
          if (bad !== undefined) wrong.push(`${what}: ${bad}`);
        }
      }
      expect(wrong).to.deep.equal([]);
    });
  }
});

describe('a log line that is not a text', () => {
  for (const [what, value] of Object.entries(ODD)) {
    it(`is shown as what it is: ${what}`, () => {
      expect(showLog(value() as never)).to.be.a('string');
    });
  }
});
