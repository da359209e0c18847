import {
  Catalyst,
  type ConfigurationChange,
  type Remote,
  type ShutdownInfo,
  type ThreadOptions,
  Tonic,
} from '../../../src/index.js';
import '../../../src/index.js';
import { built, plainNode } from '../../support/built.js';

/** Whoever is told what the threads hear. */
export interface Told extends Tonic {
  ttsc__tell(who: string, ...values: unknown[]): void;
}

/** A thread that tells what of the configuration it hears; with a depth, it starts another one. */
export class Hearer extends Catalyst {
  static override readonly module: string = built(import.meta.url);
  static override readonly thread: ThreadOptions = plainNode;

  constructor(
    private readonly told: Remote<Told>,
    private readonly depth: number,
  ) {
    super();
  }
  ttse__onStart(): void {
    new Part(this.told, this.depth);
    if (this.depth > 0) Hearer.spawn(this.told, this.depth - 1);
  }
}

/** A Tonic of such a thread. */
class Part extends Tonic {
  constructor(
    private readonly told: Remote<Told>,
    private readonly depth: number,
  ) {
    super();
  }
  ttse__onStart(): void {
    this.told.ttsc__tell('started', this.depth, this);
  }
  ttse__onConfigurationChanged({ paths }: ConfigurationChange): void {
    const { config, logMode } = this;
    this.told.ttsc__tell('changed', this.depth, paths, config.get('limit'), config.source('limit'), logMode);
  }
  ttse__onShutdown(info: ShutdownInfo): void {
    this.told.ttsc__tell('ends', this.depth, info, this.catalyst.runtime.shutdown);
  }
  ttsc__askForReload(): void {
    this.catalyst.runtime.reloadConfiguration();
  }
}
