import { expect } from 'chai';
import { type Answer, Catalyst, type Remote, Tonic } from '../../src/index.js';
import { Distiller } from '../../src/testing/index.js';

/** What the compiler knows of a Tonic that was found by its name. */
interface Found {
  readonly name: string;
  ttsc__greet(word: string): void;
  ttsc__ask(answer: Answer<string>): void;
  ttsc__nothing(): void;
}

const heard: string[] = [];

class Door extends Tonic {
  ttsc__greet(word: string): void {
    heard.push(`${word} to ${this.name} by ${this.source?.name}`);
  }
  ttsc__ask(answer: Answer<string>): void {
    answer.give(`I am ${this.name}`);
  }
}

/** Has a door, and calls whoever it is told to. */
class House extends Catalyst {
  static override readonly module = import.meta.url;

  ttse__onStart(): void {
    new Door({ name: 'door' });
  }
  ttsc__call(name: string, word: string): void {
    const found = this.ledger.find(name) as unknown as Found | undefined;
    if (found === undefined) heard.push(`${this.name} finds no ${name}`);
    else found.ttsc__greet(word);
  }
  ttsc__build(name: string): void {
    House.spawn({ name });
  }
}

class Main extends Tonic {
  one!: Remote<House>;

  ttse__onStart(): void {
    new Door({ name: 'gate' });
    this.one = House.spawn({ name: 'one' });
    House.spawn({ name: 'two' }).ttsc__build('inner');
  }
  ttsc__call(name: string, word: string): void {
    (this.ledger.find(name) as unknown as Found).ttsc__greet(word);
  }
  ttsc__askThat(name: string): void {
    this.ask(this.ledger.find(name) as unknown as Door)
      .ttsc__ask()
      .then(this.ttse__onAnswer, this.ttse__onNone);
  }
  ttse__onAnswer(text: string): void {
    heard.push(text);
  }
  ttse__onNone(error: Error): void {
    heard.push((error as { code?: string }).code!);
  }
  named(name: string): unknown {
    return this.ledger.find(name);
  }
  ttsc__callWrong(name: string): void {
    (this.ledger.find(name) as unknown as Found).ttsc__nothing();
  }
}

describe('a Tonic of another thread that is found by its full name', () => {
  let main: Main;
  let distiller: Distiller;
  const settle = async (): Promise<readonly string[]> => {
    await distiller.settle();
    return heard.splice(0);
  };
  const warnings = (): unknown[] => distiller.lines.flatMap(({ code }) => (code as string | undefined) ?? []);
  beforeEach(async () => {
    distiller = await Distiller.start();
    main = distiller.infuse(() => new Main({ name: 'main' }));
    await settle();
  });
  afterEach(async () => {
    expect((await distiller.finish()).leftOpen).to.deep.equal([]);
  });

  it('is called from the main thread, which is the source', async () => {
    main.ttsc__call('one/door', 'hello');
    expect(await settle()).to.deep.equal(['hello to door by main']);
  });

  it('is called from a thread: in the main one, in another one, in one that a thread has started, and in its own', async () => {
    const names = ['tt_main_catalyst/gate', 'two/door', 'inner/door', 'one/door'];
    for (const name of names) main.one.ttsc__call(name, `hi ${name}`);
    expect(await settle()).to.have.members([
      'hi tt_main_catalyst/gate to gate by one',
      'hi two/door to door by one',
      'hi inner/door to door by one',
      'hi one/door to door by one',
    ]);
  });

  it('gets calls in their order', async () => {
    for (const word of ['a', 'b', 'c']) main.ttsc__call('two/door', word);
    expect((await settle()).map((line) => line[0])).to.deep.equal(['a', 'b', 'c']);
  });

  it('answers a question', async () => {
    main.ttsc__askThat('inner/door');
    expect(await settle()).to.deep.equal(['I am door']);
  });

  it('is found in the main thread only where there is such a Catalyst', () => {
    expect(main.named('nobody/door')).to.equal(undefined);
    expect(String(main.named('one/door'))).to.equal('one/door');
    expect(main.named('tt_main_catalyst/gate')).to.equal(main.named('gate'));
  });

  it('that is not there is told in the log, and a question to it fails', async () => {
    main.ttsc__askThat('one/window');
    main.one.ttsc__call('nobody/door', 'hello');
    expect(await settle()).to.deep.equal(['TT_ASK_GONE']);
    expect(warnings()).to.deep.equal(['TT_NOBODY_NAMED', 'TT_NOBODY_NAMED']);
  });

  it('that has no such sparkle is told in the log', async () => {
    main.ttsc__callWrong('one/door');
    await settle();
    expect(warnings()).to.deep.equal(['TT_UNKNOWN_SPARKLE']);
  });
});
