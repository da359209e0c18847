import { readFileSync, readdirSync } from 'node:fs';
import { expect } from 'chai';
import { TcpClient, TcpConnection, Tonic, type TonicConstructor } from '../../src/index.js';
import { diagramOf } from '../../src/diagram/index.js';
import { parseMermaid } from './support/mermaid-grammar.js';

const MACHINES = new URL('./machines/', import.meta.url);

/** The ways of a class, with the names of states for their ids. */
function waysOf(tonicClass: TonicConstructor): string[] {
  const { states, edges } = parseMermaid(diagramOf(tonicClass));
  return edges.map(({ from, to, label }) => `${states.get(from) ?? from} -> ${states.get(to) ?? to}: ${label}`);
}

function statesOf(tonicClass: TonicConstructor): string[] {
  return [...parseMermaid(diagramOf(tonicClass)).states.values()];
}

describe('the diagram of a class', () => {
  for (const golden of readdirSync(MACHINES).filter((name) => name.endsWith('.mmd'))) {
    const [file, className] = golden.split('.');
    it(`has ${className} of ${file}.ts as in ${golden}, and Mermaid takes it in`, async () => {
      const classes = (await import(`${MACHINES.href}${file}.ts`)) as Record<string, TonicConstructor>;
      const drawn = diagramOf(classes[className!]!);
      expect(drawn).to.equal(readFileSync(new URL(golden, MACHINES), 'utf8'));
      expect(parseMermaid(drawn).title).to.equal(className);
    });
  }

  it('follows private methods, functions in fields, and names in brackets', () => {
    class Lamp extends Tonic<string> {
      readonly off = (): void => this.toState('off');
      ttsc__toggle(on: boolean): void {
        if (on) this.#on();
        else this.off();
        this['half-way']();
      }
      #on(): void {
        this.toState(`on`);
      }
      'half-way'(): void {
        this.toState('half');
      }
    }
    expect(waysOf(Lamp)).to.deep.equal([
      'any state -> on: toggle',
      'any state -> off: toggle',
      'any state -> half: toggle',
    ]);
  });

  it('knows a state that a constant of the method holds, or that a choice falls back to', () => {
    class Call extends Tonic<string> {
      ttsc__go(quick: boolean, wanted?: string): void {
        const next = quick ? 'fast' : undefined;
        this.toState(next);
        this.toState(wanted ?? 'slow');
      }
      ttsc__stay(next: string): void {
        for (const state of ['a', 'b']) this.toState(state);
        this.toState(next);
      }
    }
    expect(waysOf(Call)).to.deep.equal([
      'any state -> fast: go',
      'any state -> [*]: go',
      'any state -> ?: go (wanted)',
      'any state -> slow: go',
      'any state -> ?: stay (state)',
      'any state -> ?: stay (next)',
    ]);
  });

  it('has what a sparkle asks for with the command ttsc__toState', () => {
    class Door extends Tonic<string> {
      ttsc__knock(): void {
        this.ttsc__toState('open');
      }
    }
    expect(waysOf(Door)).to.deep.equal(['any state -> open: knock']);
  });

  it('draws a method as it is now, also one that was put on the class', () => {
    class Door extends Tonic<string> {
      ttsc_open__close(): void {}
    }
    Door.prototype.ttsc_open__close = function (this: { toState(state: string): void }) {
      this.toState('ajar');
    };
    expect(waysOf(Door)).to.deep.equal(['open -> ajar: close']);
  });

  it('draws a class whose code was made small', () => {
    const small = new Function(
      't',
      'return class e extends t{static states=["a","b"];ttsc_a__go(e){e&&this.toState("b",{reenter:!0})}}',
    ) as (tonic: typeof Tonic) => TonicConstructor;
    expect(waysOf(small(Tonic))).to.deep.equal(['a -> b: go (reenter: !0)']);
  });

  it('has the states that with() names, in their order, and none of those that only a type names', () => {
    class Said extends TcpConnection.with({ states: ['b', 'a'] }) {}
    class Typed extends Tonic<'never' | 'on'> {
      // eslint-disable-next-line tasktonic/no-unentered-state -- what is drawn is the name
      ttsc_on__press(): void {}
    }
    expect(statesOf(Said)).to.deep.equal(['b', 'a']);
    expect(statesOf(Typed)).to.deep.equal(['on']);
  });

  it('begins a connection where onConnected leads, unless onStart leads somewhere', () => {
    class Talk extends TcpConnection.with({ states: ['name', 'talk'] }) {
      ttse__onConnected(): void {
        this.toState('name');
      }
    }
    class Started extends Talk {
      ttse__onStart(): void {
        this.toState('talk');
      }
    }
    expect(waysOf(Talk)).to.deep.equal(['[*] -> name: onConnected']);
    expect(waysOf(Started)).to.deep.equal(['any state -> name: onConnected', '[*] -> talk: onStart']);
  });

  it('has a way from any state where a client is connected, which may be again', () => {
    class Caller extends TcpClient.with({ states: ['talk'] }) {
      ttse__onConnected(): void {
        this.toState('talk');
      }
    }
    expect(waysOf(Caller)).to.deep.equal(['any state -> talk: onConnected']);
  });

  it('ends where a connection closes or aborts itself, and not where another Tonic has such a command', () => {
    class Talk extends TcpConnection.with({ states: ['talk'] }) {
      ttse__onConnected(): void {
        this.toState('talk');
      }
      ttse_talk__onEnd(): void {
        this.ttsc__close();
      }
      ttse_talk__onTimer(): void {
        this.ttsc__abort();
      }
      ttse_talk__onUnheard(): void {
        this.closeWith('no' as never);
      }
    }
    class Door extends Tonic.with({ states: ['open'] }) {
      ttse__onStart(): void {
        this.toState('open');
      }
      ttsc_open__leave(): void {
        this.ttsc__close();
      }
      ttsc__close(): void {}
    }
    expect(waysOf(Talk)).to.include.members(['talk -> [*]: onEnd (close)', 'talk -> [*]: onTimer (abort)', 'talk -> [*]: onUnheard (closeWith)']); // prettier-ignore
    expect(waysOf(Door)).to.deep.equal(['[*] -> open: onStart']);
  });

  it('leaves out a class within a method, which has a this of its own', () => {
    class Outer extends Tonic<string> {
      ttsc__go(): void {
        class Inner extends Tonic<string> {
          ttse__onStart(): void {
            this.toState('inner');
          }
        }
        new Inner();
      }
    }
    expect(waysOf(Outer)).to.deep.equal([]);
  });

  it('refuses a value that is not a class of Tonics, and a class without sparkles and states', () => {
    const refused = (given: unknown): string => {
      try {
        return diagramOf(given as TonicConstructor);
      } catch (thrown) {
        return (thrown as Error).message;
      }
    };
    class Plain {
      toState(): void {}
    }
    class Bare extends Tonic {}
    const nothing = 'it has no sparkles and no states of its own';
    expect(refused(Plain)).to.include('Plain has no diagram: it is not a class of Tonics');
    expect(refused(undefined)).to.include('undefined has no diagram: it is not a class of Tonics');
    expect(refused(Bare)).to.include(`Bare has no diagram: ${nothing}`);
    expect(refused(Tonic)).to.include(`Tonic has no diagram: ${nothing}`);
  });

  it('names the method that has no source, such as a bound function', () => {
    class Door extends Tonic<string> {
      ttsc__knock(): void {}
    }
    Door.prototype.ttsc__knock = Door.prototype.ttsc__knock.bind({} as Door);
    expect(() => diagramOf(Door)).to.throw(
      'The source of Door.ttsc__knock cannot be read: it is native code, or bound',
    );
  });

  it('refuses a name that the first instance would refuse', () => {
    class Door extends Tonic<string> {
      // eslint-disable-next-line tasktonic/sparkle-names -- what is refused
      ttsc_open(): void {}
    }
    expect(() => diagramOf(Door)).to.throw('ttsc_open begins like the name of a sparkle');
  });
});
