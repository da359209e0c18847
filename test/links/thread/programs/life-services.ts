import {
  type Answer,
  Catalyst,
  type CatalystOptions,
  type Remote,
  type RemoteHandle,
  type ThreadOptions,
  Tonic,
} from '../../../../src/index.js';
import type { ServiceInfo } from '../../../doors/core.js';
import '../../../../src/index.js';
import type { Boss } from './life-boss.js';
import { built, plainNode } from '../../../support/built.js';
import { source } from './life-source.js';

const here = built(import.meta.url);
// Where a thread has the main one find a class.
const atMain = source(import.meta.url);

/** Writes down what it is asked, and by whom. */
export class Board extends Tonic {
  static override readonly service: string = 'board';
  static override readonly module = atMain;
  private readonly notes: string[] = [];
  private readonly kept: Answer<number>[] = [];

  /** What the first `use()` gives is no options: it is heard with the access. */
  constructor(..._words: string[]) {
    super();
  }

  ttse__onServiceAccess(user: RemoteHandle, ...args: unknown[]): void {
    this.notes.push(`access by ${user.name}${args.length === 0 ? '' : ` with ${args.join()}`}`);
    if (user.name.startsWith('asker')) (user as Remote<Asker>).ttsc__heard('accessed');
  }
  ttse__onServiceBaseCompleted(_id: number, left: number): void {
    this.notes.push(`${left} left`);
  }
  ttsc__note(text: string): void {
    this.notes.push(`${text} by ${this.source?.name}`);
  }
  ttsc__tell(ear: Remote<Boss>): void {
    ear.ttsc__tell('notes', this.thread, this.id, ...this.notes);
  }
  ttsc__break(): void {
    throw new Error('broken');
  }
  ttsc__stop(): void {
    this.ttsc__finish();
  }
  ttsc__count(answer: Answer<number>): void {
    answer.give(this.notes.length);
  }
  ttsc__keep(answer: Answer<number>): void {
    this.kept.push(answer);
  }
}

/** A service that nobody finds: its class does not say where it is. */
export class Lost extends Tonic {
  static override readonly service = 'lost';
}

export abstract class Store extends Tonic {
  static readonly abstractService = 'store';
  abstract ttsc__put(key: string, ear: Remote<Boss>): void;
}

export class MemoryStore extends Store {
  static override readonly service = 'store';
  ttsc__put(key: string, ear: Remote<Boss>): void {
    ear.ttsc__tell('put', key, this.thread);
  }
}

/** A service with a thread of its own. */
export class Engine extends Catalyst {
  static override readonly service: string = 'engine';
  // In the main thread it says where its own thread finds it.
  static override readonly module = here === import.meta.url ? atMain : here;
  static override readonly thread: ThreadOptions = plainNode;

  ttse__onServiceAccess(user: RemoteHandle): void {
    (user as Remote<Asker>).ttsc__heard('engine access', this.thread);
  }
  ttsc__findYourself(ear: Remote<Boss>): void {
    ear.ttsc__tell('found', this.ledger.find('engine') === this);
  }
  ttsc__run(ear: Remote<Boss>, word: string): void {
    ear.ttsc__tell('ran', word, this.thread, this.source?.name);
  }
  ttsc__exit(): void {
    process.exit(3);
  }
}

/** Uses services in a thread. */
export class Asker extends Catalyst {
  static override readonly module = here;
  static override readonly thread: ThreadOptions = plainNode;
  declare readonly base: Remote<Boss>;
  private board!: Remote<Board>;

  constructor(options: CatalystOptions = {}) {
    super(options);
  }
  ttsc__heard(...what: unknown[]): void {
    this.base.ttsc__tell(...(what as [string]));
  }
  ttsc__useBoard(...args: string[]): void {
    this.board = this.use(Board, ...(args as []));
    this.base.ttsc__tell('used', this.board.name, this.board === this.use(Board));
  }
  ttsc__find(name: string): void {
    const found = this.ledger.find(name);
    this.base.ttsc__tell('found', found === undefined ? 'nobody' : found === this.board ? 'its handle' : found.name);
  }
  ttsc__note(text: string): void {
    this.board.ttsc__note(text);
    this.base.ttsc__tell('noted');
  }
  ttsc__noteOften(text: string, times: number): void {
    for (let n = 0; n < times; n++) this.board.ttsc__note(`${text} ${n}`);
  }
  ttsc__pass(ear: Remote<Boss>): void {
    ear.ttsc__take(this.board);
  }
  ttsc__takeBoard(board: Remote<Board>): void {
    this.base.ttsc__tell('same', board === this.board);
    board.ttsc__note('taken');
  }
  ttsc__ask(board: Remote<Board>, key: 'ttsc__count'): void {
    this.ask(board, { timeout: Infinity })[key]().then(this.ttse__onCount, this.ttse__onNoCount);
    this.base.ttsc__tell('asked');
  }
  ttse__onCount(count: number): void {
    this.base.ttsc__tell('count', count);
  }
  ttse__onNoCount({ code }: Error & { code?: string }): void {
    this.base.ttsc__tell('no count', code);
  }
  ttsc__useLost(): void {
    this.use(Lost);
  }
  ttsc__useStore(key: string): void {
    this.use(Store).ttsc__put(key, this.base);
  }
  ttsc__useEngine(word: string): void {
    this.use(Engine).ttsc__run(this.base, word);
  }
  ttsc__part(): void {
    new Part();
  }
  ttsc__exit(): void {
    process.exit(1);
  }
  ttse__onBoardCompleted({ error }: ServiceInfo): void {
    this.base.ttsc__tell('completed', error?.message);
  }
}

/** A Tonic in a thread that uses a service, and ends. */
class Part extends Tonic {
  ttse__onStart(): void {
    this.use(Board).ttsc__note('part');
    this.ttsc__finish();
  }
}
