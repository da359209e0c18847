import { Catalyst, type Remote, type ThreadOptions } from '../../../../src/index.js';
import '../../../../src/index.js';
import type { Boss } from './life-boss.js';
import { built, plainNode } from '../../../support/built.js';

const here = built(import.meta.url);

/** Tells what it reads from the configuration. */
export class ConfigReader extends Catalyst {
  static override readonly module: string = here;
  static override readonly thread: ThreadOptions = plainNode;
  declare readonly base: Remote<Boss>;

  ttsc__read(path: string): void {
    this.base.ttsc__tell('read', path, this.config.get(path), this.config.source(path));
  }
  ttsc__dump(): void {
    this.base.ttsc__tell('dump', this.config.dump());
  }
}
