import type { CatalystOptions, InfusionInfo, Remote } from '../../../../src/index.js';
import type { Boss } from './life-boss.js';
import { built } from '../../../support/built.js';
import { Worker } from './life-workers.js';

const here = built(import.meta.url);

/** A thread that starts a thread. */
export class Middle extends Worker {
  static override readonly module = here;

  ttsc__spawn(name: string, depth = 0): void {
    const leaf = Leaf.spawn({ name }, this.base, depth);
    this.base.ttsc__tell('spawned', leaf);
  }
  /** The same, and tells somebody else of it. */
  ttsc__spawnAndTell(name: string, other: Remote<Worker>): void {
    const leaf = Leaf.spawn({ name }, this.base);
    other.ttsc__callThat(leaf, `heard by ${name}`);
    this.base.ttsc__tell('spawned', leaf);
  }
  ttsc__spawnMissing(): void {
    Missing.spawn();
  }
  ttsc__hearLeaf(word: string, from: Remote<Leaf>): void {
    this.base.ttsc__tell('the middle heard', word, from);
  }
  ttse__onInfusionFinished({ name, error }: InfusionInfo): void {
    this.base.ttsc__tell('the middle heard of the end of', name, error);
  }
}

/** A thread that was started by a thread: it knows its base's base, too. */
export class Leaf extends Worker {
  static override readonly module: string = here;
  declare readonly base: Remote<Boss> & Remote<Middle>;

  constructor(
    options: CatalystOptions,
    private readonly grand: Remote<Boss>,
    private readonly depth = 0,
  ) {
    super(options);
  }
  override ttse__onStart(): void {
    this.grand.ttsc__tell('leaf started', this.name, this.base, this);
    if (this.depth > 0) Leaf.spawn({ name: `${this.name}-${this.depth}` }, this.grand, this.depth - 1);
  }
  override ttse__onFinished(): void {
    this.grand.ttsc__tell('leaf finished', this.name);
  }
  override ttsc__say(word: string, ...values: unknown[]): void {
    this.grand.ttsc__tell(word, ...values);
  }
  ttsc__sayToBase(word: string): void {
    this.base.ttsc__hearLeaf(word, this);
  }
}

export class Missing extends Worker {
  static override readonly module = new URL('./nowhere.js', import.meta.url).href;
}
