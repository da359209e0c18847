import { expect } from 'chai';
import * as v from 'valibot';
import { Tonic, type TonicOptions } from '../../src/index.js';
import { Distiller } from '../../src/testing/index.js';
import { readConfiguration } from '../doors/config.js';
import { parseOptions } from '../doors/core.js';
import { ipLogSchema } from '../doors/log.js';
import { expectThrow } from '../support/errors.js';

interface DoorOptions extends TonicOptions {
  readonly code: string;
}

describe('the options of a class of one’s own', () => {
  let distiller: Distiller;
  let base: Tonic;

  before(async () => {
    distiller = await Distiller.start(() => void (base = new Tonic()));
    await distiller.settle();
  });
  after(async () => void (await distiller.finish()));

  const problemOf = (make: () => unknown): unknown => expectThrow(make, 'TT_BAD_OPTION').details['problem'];

  it('are left out of what it gives to super', () => {
    class Door extends Tonic {
      readonly code: string;
      constructor({ code, ...options }: DoorOptions) {
        super(options);
        this.code = code;
      }
    }
    const door = new Door({ code: '42', name: 'front', base });
    expect([door.code, door.name]).to.deep.equal(['42', 'front']);
    door.ttsc__finish();
  });

  it('are refused where they are given to super, with the remedy', () => {
    class Door extends Tonic {
      constructor(options: DoorOptions) {
        super(options);
      }
    }
    expect(problemOf(() => new Door({ code: '42', base }))).to.equal(
      "there is no such option; if it is one of Door's own, leave it out of what is given to super(), " +
        'or describe it in "static readonly optionsSchema"',
    );
  });

  it('may be given to super where the class describes them, and are checked', () => {
    class Door extends Tonic {
      static readonly optionsSchema: v.GenericSchema = v.object({ code: v.pipe(v.string(), v.minLength(2)) });
      constructor(options: DoorOptions) {
        super(options);
      }
    }
    class Gate extends Door {
      static override readonly optionsSchema = v.object({ wings: v.number() });
    }
    new Gate({ code: '42', wings: 2, base } as DoorOptions).ttsc__finish();
    expect(problemOf(() => new Door({ code: 7 as never, base }))).to.equal('it is 7, and must be a text');
    expect(problemOf(() => new Gate({ code: '42', wings: 'two', base } as DoorOptions))).to.equal(
      'it is "two", and must be a number',
    );
    expect(problemOf(() => new Gate({ code: '42', wigns: 2, base } as never))).to.match(
      /^there is no such option \(did you mean wings\?\)/,
    );
  });

  it('may be any where it says so', () => {
    class Bag extends Tonic {
      static readonly optionsSchema = v.looseObject({});
    }
    new Bag({ anything: 1, base } as TonicOptions).ttsc__finish();
    expect(problemOf(() => new Bag({ anything: 1, name: 5, base } as never))).to.equal('it is 5, and must be a text');
  });

  it('are known where they are misspelt', () => {
    expect(problemOf(() => new Tonic({ nmae: 'x', base } as never))).to.equal(
      'there is no such option (did you mean name?)',
    );
  });

  it('are read where an instance of a class has them as getters', () => {
    class Settings {
      constructor(readonly name: string) {}
      get base(): Tonic {
        return base;
      }
      get drainTimeout(): number {
        return -1;
      }
    }
    expect(problemOf(() => new Tonic(new Settings('x')))).to.equal('it is -1, and must be 0 ms or more');
  });
});

describe('the viewer of a log', () => {
  for (const [option, value] of [
    ['port', 0],
    ['backlog', 10],
    ['connectTimeout', 0],
    ['retryDelay', -1],
    ['host', ''],
  ] as const) {
    it(`is described once: ${option} ${JSON.stringify(value)} is refused in the same words everywhere`, () => {
      const ip = { port: 7_007, [option]: value };
      const { details } = expectThrow(() => parseOptions(ipLogSchema, ip, 'log/ip'), 'TT_BAD_OPTION');
      const inFormula = expectThrow(() => readConfiguration({ log: { ip } }, {}), 'TT_BAD_OPTION').details;
      expect(inFormula).to.include({ option: `log/ip/${option}`, problem: details['problem'] });
    });
  }
});
