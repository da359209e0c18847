import { expect } from 'chai';
import { type Sparkle, Tonic } from '../../../src/index.js';
import { Plan } from '../../doors/core.js';
import { ERROR, runApp } from '../../support/app.js';
import { tonicClass } from '../../support/classes.js';
import { expectCode, expectThrow } from '../../support/errors.js';

const nothing = (): void => {};

describe('the plan of a class', () => {
  it('is made once and shared by its instances', async () => {
    class Door extends Tonic {}
    const plans = new Set<Plan>();
    await runApp(() => {
      for (let i = 0; i < 3; i++) {
        const door = new Door();
        plans.add(door._ttPlan);
        door.ttsc__finish();
      }
    });
    expect([...plans]).to.deep.equal([Plan.of(Door)]);
  });

  it("is a subclass's own", () => {
    class Door extends Tonic {}
    class Gate extends Door {
      ttsc__swing(): void {}
    }
    expect(Plan.of(Gate)).not.to.equal(Plan.of(Door));
    expect(Plan.of(Door).has('ttsc__swing')).to.equal(false);
    expect(Plan.of(Gate).has('ttsc__swing')).to.equal(true);
  });

  it('names each sparkle of the class and its parents by prefix, state and name', () => {
    class Door extends Tonic<'open'> {
      ttsc_open__close(): void {}
    }
    const { sparkles } = Plan.of(Door);
    expect(sparkles.get('ttsc_open__close')).to.include({ prefix: 'ttsc', state: 'open', name: 'close' });
    expect(sparkles.get('ttsc__close'), 'to be called in any state').to.include({ state: undefined });
    expect([...sparkles.keys()]).to.include.members(['ttsc__finish', 'ttsc__toState']);
    expect(() => Plan.of(Door).sparkle('ttsc__opne')).to.throw(/no sparkle ttsc__opne/);
  });

  it('gives every state without sparkles of its own the generic table', () => {
    class Door extends Tonic<'open' | 'locked'> {
      ttsc_open__close(): void {}
    }
    const plan = Plan.of(Door);
    expect(plan.table('locked')).to.equal(plan.generic);
    expect(plan.table(undefined)).to.equal(plan.generic);
    expect(plan.table('open')).not.to.equal(plan.generic);
  });
});

describe('a class of Tonics is refused at its first instance', () => {
  /** Makes an instance in a sparkle, where the error shows to whoever wrote it. */
  const made = async (Made: new () => Tonic<string>): Promise<unknown> => {
    let error: unknown;
    await runApp(() => {
      try {
        new Made().ttsc__finish();
      } catch (thrown) {
        error = thrown;
      }
    });
    return error;
  };

  it('for a method whose name only begins like that of a sparkle', async () => {
    expectCode(await made(tonicClass({ ttsc_close: nothing })), 'TT_BAD_SPARKLE_NAME');
  });

  it('for an async method, a generator or both', async () => {
    const kinds = { async async() {}, *generator() {}, async *both() {} };
    for (const method of Object.values(kinds)) {
      expectCode(await made(tonicClass({ ttsc__x: method })), 'TT_NOT_A_METHOD');
    }
    expect(((await made(tonicClass({ async ttsc__x() {} }))) as Error).message).to.contain(
      'but is an async method (bring results back with this.pipe)',
    );
  });

  it('for a getter or a value with the name of a sparkle', async () => {
    const Getter = tonicClass({});
    Object.defineProperty(Getter.prototype, 'ttsc__x', { get: () => nothing });
    expectCode(await made(Getter), 'TT_NOT_A_METHOD');
    expectCode(await made(tonicClass({ ttsc__x: 42 })), 'TT_NOT_A_METHOD');
  });

  it('for a method that names a state which static states do not list', async () => {
    const error = expectCode(
      await made(tonicClass({ ttsc_lokced__unlock: nothing }, { states: ['locked', 'open'] })),
      'TT_UNKNOWN_STATE',
    );
    expect(error.message).to.contain('lokced').and.to.contain('locked, open');
  });

  it("for an event that is close to one of the framework's", async () => {
    const error = expectCode(await made(tonicClass({ ttse__onStrat: nothing })), 'TT_UNKNOWN_EVENT');
    expect(error.message).to.contain('ttse__onStart');
  });

  it('for an event that static events do not list', async () => {
    expectCode(await made(tonicClass({ ttse__onBell: nothing }, { events: ['onKnock'] })), 'TT_UNKNOWN_EVENT');
  });

  for (const key of ['ttsc__finish', 'ttsc__toState', '_ttss__end', '_ttss__start']) {
    it(`for ${key}, which is reserved`, async () => {
      expectCode(await made(tonicClass({ [key]: nothing })), 'TT_RESERVED_SPARKLE');
    });
  }

  for (const key of ['ttsc_open__finish', '_ttss__own', '_ttss_open__end']) {
    it(`for ${key}, which takes a reserved name for a state or as its own`, async () => {
      expectCode(await made(tonicClass({ [key]: nothing })), 'TT_RESERVED_SPARKLE');
    });
  }

  for (const prefix of ['ttsc', '_tts', '1ui', 'u_i', '', 'ui-x']) {
    it(`for the prefix '${prefix}'`, async () => {
      expectCode(await made(tonicClass({}, { prefixes: { [prefix]: (_, enqueue) => enqueue } })), 'TT_BAD_PREFIX');
    });
  }

  it('and at every later one', async () => {
    const Bad = tonicClass({ ttsc_close: nothing });
    expectCode(await made(Bad), 'TT_BAD_SPARKLE_NAME');
    expectCode(await made(Bad), 'TT_BAD_SPARKLE_NAME');
  });
});

describe('a class of Tonics is accepted', () => {
  const accepted = (Made: Parameters<typeof Plan.of>[0]): Plan => Plan.of(Made);

  it('with methods for the states that it lists', () => {
    accepted(tonicClass({ ttsc_locked__unlock: nothing }, { states: ['locked', 'open'] }));
  });

  it('with any state where it lists none', () => {
    accepted(tonicClass({ ttsc_lokced__unlock: nothing }));
  });

  it("with events of its own that are far from the framework's, or listed", () => {
    accepted(tonicClass({ ttse__onLightsOff: nothing }));
    accepted(tonicClass({ ttse__onStrat: nothing }, { events: ['onStrat'] }));
  });
});

describe('a field that would hide a sparkle', () => {
  for (const [what, code] of [
    ['ttsc__open', 'TT_SPARKLE_FIELD'],
    ['base', 'TT_BASE_FIELD'],
  ] as const) {
    it(`is refused at the first start: ${what}`, async () => {
      class Hiding extends Tonic {
        constructor() {
          super();
          Object.defineProperty(this, what, { value: nothing, enumerable: true, writable: true, configurable: true });
        }
      }
      const { result, lines } = await runApp(() => void new Hiding());
      expect(result.exitCode).to.equal(1);
      expectCode((result.error as Error).cause, code);
      expect(lines.some(({ level, err }) => level === ERROR && err?.code === code)).to.equal(true);
    });
  }

  it('is refused at each start, not at the first one only', async () => {
    class Hiding extends Tonic {
      constructor() {
        super();
        Object.assign(this, { ['ttse__onDone']: nothing });
      }
    }
    const { lines } = await runApp(() => {
      new Hiding();
      new Hiding();
    });
    expect(lines.filter(({ err }) => err?.code === 'TT_SPARKLE_FIELD')).to.have.length(2);
  });

  it('is not every field: ordinary ones, and those of subclasses, are kept', async () => {
    class Door extends Tonic {
      readonly colour = 'red';
    }
    class Gate extends Door {
      readonly height = 2;
      #secret = 42;
      get secret(): number {
        return this.#secret;
      }
    }
    let gate: Gate | undefined;
    await runApp(() => {
      gate = new Gate();
      gate.ttsc__finish();
    });
    expect(gate).to.include({ colour: 'red', height: 2, secret: 42 });
  });
});

describe('inheritance', () => {
  /** Runs `steps` on an instance and tells what its sparkles wrote down. */
  const heard = async (
    Made: new () => Tonic<string>,
    ...steps: [key: string, ...args: unknown[]][]
  ): Promise<string[]> => {
    const words: string[] = [];
    await runApp(() => {
      const tonic = Object.assign(new Made(), { words }) as unknown as Record<string, (...args: unknown[]) => void>;
      for (const [key, ...args] of steps) tonic[key]!(...args);
      tonic['ttsc__finish']!();
    });
    return words;
  };

  class Door extends Tonic<'open'> {
    words: string[] = [];
    ttsc__knock(): void {
      this.words.push('door knock');
    }
    ttsc__bell(): void {
      this.words.push('door bell');
    }
    ttsc_open__bell(): void {
      this.words.push('open door bell');
    }
  }

  it("a subclass's sparkle takes the place of its parent's, and the parent's others stay", async () => {
    class Gate extends Door {
      override ttsc__knock(): void {
        this.words.push('gate knock');
      }
    }
    expect(await heard(Gate, ['ttsc__knock'], ['ttsc__bell'])).to.deep.equal(['gate knock', 'door bell']);
    expect(await heard(Door, ['ttsc__knock'])).to.deep.equal(['door knock']);
  });

  it("super.ttsc__x() runs the parent's body at once", async () => {
    class Gate extends Door {
      override ttsc__knock(): void {
        this.words.push('before');
        super.ttsc__knock();
        this.words.push('after');
      }
    }
    class Portal extends Gate {
      override ttsc__knock(): void {
        super.ttsc__knock();
        this.words.push('last');
      }
    }
    expect(await heard(Portal, ['ttsc__knock'])).to.deep.equal(['before', 'door knock', 'after', 'last']);
  });

  it("a parent's sparkle for a state stays where a subclass has a generic one", async () => {
    class Gate extends Door {
      override ttsc__bell(): void {
        this.words.push('gate bell');
      }
    }
    const words = await heard(Gate, ['ttsc__bell'], ['ttsc__toState', 'open'], ['ttsc__bell']);
    expect(words).to.deep.equal(['gate bell', 'open door bell']);
  });
});

describe('a sparkle for one state', () => {
  class Door extends Tonic<'open' | 'locked'> {
    readonly words: string[] = [];
    ttsc__close(): void {}
    ttsc_open__close(how: string): void {
      this.words.push(`closed ${how}`);
    }
    ttsc__knock(): void {
      this.words.push('knock');
    }
    ttsc_locked__knock(): void {
      this.words.push('locked knock');
    }
  }
  const inState = async (state: 'open' | 'locked' | undefined, calls: (door: Door) => void): Promise<string[]> => {
    let door!: Door;
    await runApp(() => {
      door = new Door();
      door.ttsc__toState(state);
      calls(door);
      door.ttsc__finish();
    });
    return door.words;
  };

  it('runs in that state, called by its generic name', async () => {
    expect(await inState('open', (door) => (door as any).ttsc__close('softly'))).to.deep.equal(['closed softly']);
  });

  it('does nothing in another state, and that is no error', async () => {
    expect(await inState('locked', (door) => door.ttsc__close())).to.deep.equal([]);
    expect(await inState(undefined, (door) => door.ttsc__close())).to.deep.equal([]);
  });

  it('runs in that state alone, called by its own name', async () => {
    expect(await inState('open', (door) => door.ttsc_open__close('hard'))).to.deep.equal(['closed hard']);
    expect(await inState('locked', (door) => door.ttsc_open__close('hard'))).to.deep.equal([]);
    expect(await inState('open', (door) => door.ttsc_locked__knock())).to.deep.equal([]);
  });

  it('comes before the generic one, which serves all other states', async () => {
    expect(await inState('locked', (door) => door.ttsc__knock())).to.deep.equal(['locked knock']);
    expect(await inState('open', (door) => door.ttsc__knock())).to.deep.equal(['knock']);
    expect(await inState(undefined, (door) => door.ttsc__knock())).to.deep.equal(['knock']);
  });

  it('needs no generic one to be called by the generic name', async () => {
    const words: string[] = [];
    const Made = tonicClass({ ttsc_open__close: () => words.push('closed') });
    await runApp(() => {
      const door = new Made() as unknown as Record<string, (arg?: string) => void>;
      door['ttsc__close']!();
      door['ttsc__toState']!('open');
      door['ttsc__close']!();
      door['ttsc__finish']!();
    });
    expect(words).to.deep.equal(['closed']);
  });
});

describe('prefixes of its own', () => {
  it('make sparkles whose calls the binder decides about', async () => {
    const words: string[] = [];
    const bound: Sparkle[] = [];
    const Button = tonicClass(
      {
        ui__click: (x: number) => words.push(`clicked ${x}`),
        ui_off__click: () => words.push('off'),
        uix__hover: () => words.push('hovered'),
      },
      {
        prefixes: {
          ui(sparkle, enqueue) {
            bound.push(sparkle);
            return function (this: object, ...args) {
              words.push('called');
              enqueue.apply(this, args);
            };
          },
          uix: (_, enqueue) => enqueue,
        },
      },
    );
    await runApp(() => {
      const button = new Button() as any;
      button.ui__click(7);
      button.ttsc__toState('off');
      button.ui__click(8);
      button.uix__hover();
      button.ttsc__finish();
    });
    expect(bound.map(({ key }) => key)).to.have.members(['ui__click', 'ui_off__click']);
    expect(words).to.deep.equal(['called', 'called', 'clicked 7', 'off', 'hovered']);
  });

  it('are asked for references made with bind() as well', async () => {
    const words: string[] = [];
    const Button = tonicClass(
      { ui__click: () => words.push('clicked') },
      {
        prefixes: {
          ui: (_, enqueue) =>
            function (this: object, ...args) {
              words.push('called');
              enqueue.apply(this, args);
            },
        },
      },
    );
    await runApp(() => {
      const button = new Button() as any;
      button.bind('ui__click')();
      button.ttsc__finish();
    });
    expect(words).to.deep.equal(['called', 'clicked']);
  });

  it('are no sparkles in other classes', () => {
    expect(Plan.of(tonicClass({ ui__click: nothing })).has('ui__click')).to.equal(false);
  });
});

describe('a method or field that is not a sparkle', () => {
  it('stays an ordinary method', async () => {
    class Door extends Tonic {
      width(): number {
        return 3;
      }
    }
    let width = 0;
    await runApp(() => {
      const door = new Door();
      width = door.width();
      door.ttsc__finish();
    });
    expect(width).to.equal(3);
  });

  it('is named where it is asked for as one', async () => {
    await runApp(() => {
      const door = new (class Door extends Tonic {})();
      expectThrow(() => (door as any).bind('ttsc__opne'), 'TT_UNKNOWN_SPARKLE');
      door.ttsc__finish();
    });
  });
});
