import { expect } from 'chai';
import { type Answer, type AnyTonic, Catalyst, type Remote, TimerSingleShot, Tonic } from '../../src/index.js';
import { Distiller } from '../../src/testing/index.js';
import type { ServiceInfo } from '../doors/core.js';

type Described = (abstract new () => AnyTonic) & ({ readonly service: string } | { readonly abstractService: string });

/** What happened, in the order it did. */
let heard: string[] = [];

export class Board extends Tonic {
  static override readonly service: string = 'board';
  static override readonly module: string = import.meta.url;
  ttse__onServiceAccess(): void {
    heard.push(`${this.constructor.name} used`);
  }
  ttse__onServiceBaseCompleted(_id: number, left: number): void {
    heard.push(`${left} left`);
  }
  ttsc__note(text: string): void {
    heard.push(`${this.constructor.name}: ${text}`);
  }
  ttsc__count(answer: Answer<number>): void {
    answer.give(heard.length);
  }
  ttsc__keep(answer: Answer<number>): void {
    new TimerSingleShot({ seconds: 1, sparkleBack: this.ttse__later });
    this.kept.push(answer);
  }
  ttse__later(): void {
    for (const answer of this.kept) answer.give(1);
  }
  private readonly kept: Answer<number>[] = [];
}

export class GreenBoard extends Board {
  static override readonly module = import.meta.url;
}

/** Another class with that name of a service. */
export class Plank extends Tonic {
  static override readonly service = 'board';
  static override readonly module = import.meta.url;
  ttsc__note(text: string): void {
    heard.push(`Plank: ${text}`);
  }
}

/** Another class with that name, of another module. */
const namesake = class Board extends Tonic {
  static override readonly service = 'board';
  static override readonly module = 'data:text/javascript,export class Board { static service = "board" }';
};

/** It stands for a board, and Board does not extend it. */
abstract class Surface extends Tonic {
  static readonly abstractService = 'board';
}

const classes = { Board, GreenBoard, Plank, namesake, Surface } as Readonly<Record<string, Described>>;

/** Uses one of the classes in a thread. */
export class User extends Catalyst {
  static override readonly module = import.meta.url;
  ttsc__use(asked: string): void {
    const board = this.use(classes[asked]!) as unknown as Remote<Board>;
    board.ttsc__note(`by ${this.name}`);
    this.ask(board).ttsc__count().then(this.ttse__onCount, this.ttse__onNoCount);
  }
  ttsc__askFor(board: Remote<Board>): void {
    this.ask(board).ttsc__keep().then(this.ttse__onCount, this.ttse__onNoCount);
  }
  ttse__onCount(): void {
    heard.push(`${this.name} counts`);
  }
  ttse__onNoCount({ code }: Error & { readonly code?: string }): void {
    heard.push(`${this.name} does not count: ${code}`);
  }
}

export class HearingUser extends User {
  static override readonly module = import.meta.url;
  ttse__onBoardCompleted({ error }: ServiceInfo): void {
    heard.push(`${this.name} hears: ${error?.message}`);
  }
}

class Boss extends Tonic {
  ttsc__do(body: (boss: this) => void): void {
    body(this);
  }
  useIt(asked: Described): Remote<Board> {
    return this.use(asked) as unknown as Remote<Board>;
  }
  ttse__onInfusionFailed({ error }: { readonly error: Error & { readonly code?: string } }): void {
    heard.push(`failed with ${error.code}, for ${(error.cause as { readonly code?: string }).code}`);
  }
}

/** An app with a Tonic of the main thread that does what it is told. */
async function start(seed = 1): Promise<{ distiller: Distiller; inside(body: (boss: Boss) => void): Promise<void> }> {
  heard = [];
  const distiller = await Distiller.start(undefined, { seed });
  const boss = distiller.infuse(() => new Boss({ name: 'boss' }));
  const inside = async (body: (boss: Boss) => void): Promise<void> => {
    boss.ttsc__do(body);
    await distiller.settle();
  };
  return { distiller, inside };
}

const REFUSED = 'Plank cannot be the service board: Board is that service, and no Plank.';

describe('a service of which a thread knows another class', () => {
  it('refuses that one, as in one thread: it has no user more and runs none of its calls', async () => {
    const { distiller, inside } = await start();
    await inside((boss) => boss.useIt(Board));
    await inside(() => HearingUser.spawn({ name: 'user' }).ttsc__use('Plank'));
    expect(heard).to.have.members(['Board used', `user hears: ${REFUSED}`, 'user does not count: TT_BAD_SERVICE']);
    await distiller.finish();
  });

  it('fails a user that does not hear of it', async () => {
    const { distiller, inside } = await start();
    await inside((boss) => boss.useIt(Board));
    await inside(() => User.spawn({ name: 'user' }).ttsc__use('Plank'));
    expect(heard).to.include('failed with TT_SERVICE_FAILED, for TT_BAD_SERVICE');
    expect(heard).to.not.include('Board: by user');
    await distiller.finish();
  });

  it('refuses it also where both are asked for at once, whichever is first', async () => {
    for (let seed = 1; seed <= 10; seed++) {
      const { distiller, inside } = await start(seed);
      await inside(() => {
        HearingUser.spawn({ name: 'a' }).ttsc__use('Board');
        HearingUser.spawn({ name: 'b' }).ttsc__use('Plank');
      });
      const [winner, loser] = heard.some((line) => line.startsWith('a hears')) ? ['b', 'a'] : ['a', 'b'];
      expect(heard, `with seed ${seed}`).to.include(`${winner === 'a' ? 'Board' : 'Plank'}: by ${winner}`);
      expect(heard).to.include(`${loser} does not count: TT_BAD_SERVICE`);
      expect(heard.filter((line) => / hears: .*cannot be the service board/.test(line))).to.have.lengthOf(1);
      expect(heard.filter((line) => line.includes(`: by ${loser}`))).to.deep.equal([]);
      await distiller.finish();
    }
  });

  it('tells classes of one name by their modules', async () => {
    const { distiller, inside } = await start();
    await inside((boss) => boss.useIt(Board));
    await inside(() => HearingUser.spawn({ name: 'user' }).ttsc__use('namesake'));
    expect(heard).to.include(
      'user hears: Board cannot be the service board: Board is that service, and another class of that name.',
    );
    // It was a user until the other module had been loaded.
    expect(heard).to.include('1 left');
    await distiller.finish();
  });

  it('refuses an abstract class that does not stand for it', async () => {
    const { distiller, inside } = await start();
    await inside((boss) => boss.useIt(Board));
    await inside(() => HearingUser.spawn({ name: 'user' }).ttsc__use('Surface'));
    expect(heard.join()).to.contain('user hears: Surface cannot be the service board');
    await distiller.finish();
  });

  it('takes a class that it extends', async () => {
    const { distiller, inside } = await start();
    await inside((boss) => boss.useIt(GreenBoard));
    await inside(() => HearingUser.spawn({ name: 'user' }).ttsc__use('Board'));
    expect(heard.filter((line) => line.startsWith('user hears'))).to.deep.equal([]);
    expect(heard).to.include('GreenBoard: by user').and.to.include('user counts');
    await distiller.finish();
  });

  it('is not gone for others of that thread, who were given its handle', async () => {
    const { distiller, inside } = await start();
    await inside((boss) => {
      const user = HearingUser.spawn({ name: 'user' });
      user.ttsc__askFor(boss.useIt(Board));
      user.ttsc__use('Plank');
    });
    await distiller.advance('1s');
    expect(heard).to.deep.include(`user hears: ${REFUSED}`).and.to.include('user counts');
    expect(heard).to.not.include('user does not count: TT_ASK_GONE');
    await distiller.finish();
  });

  it('takes its user back once that asks for the right class', async () => {
    const { distiller, inside } = await start();
    let user!: Remote<User>;
    await inside((boss) => boss.useIt(Board));
    await inside(() => (user = HearingUser.spawn({ name: 'user' })).ttsc__use('Plank'));
    await inside(() => user.ttsc__use('Board'));
    expect(heard.slice(-3)).to.have.members(['Board used', 'Board: by user', 'user counts']);
    await distiller.finish();
  });
});
