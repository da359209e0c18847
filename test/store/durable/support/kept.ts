import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PersistOptions } from '../../../../src/store/index.js';
import { type Disk, Durable, type Loaded, Op, type StoreOps } from '../../../doors/durable.js';

/** What a Store on disk has told. */
export class Heard {
  readonly warnings: Error[] = [];
  readonly failures: Error[] = [];
  warn(error: Error): void {
    this.warnings.push(error);
  }
  failed(error: Error): void {
    this.failures.push(error);
  }
}

/** Directories of a test, and the Stores that it has open there. */
export class Places {
  readonly #directories: string[] = [];
  readonly #open: Durable[] = [];

  directory(): string {
    const directory = mkdtempSync(join(tmpdir(), 'tt-durable-'));
    this.#directories.push(directory);
    return join(directory, 'store');
  }

  open(options: PersistOptions, heard = new Heard(), disk?: Disk): Durable {
    const durable = Durable.open(options, heard, disk);
    this.#open.push(durable);
    return durable;
  }

  async tidyUp(): Promise<void> {
    await Promise.all(this.#open.splice(0).map((durable) => durable.close()));
    for (const directory of this.#directories.splice(0)) rmSync(directory, { recursive: true, force: true });
  }
}

/** What was loaded: each list of steps in their order, the content that they make, and what else was told. */
export interface Content extends Loaded {
  readonly given: StoreOps[];
  readonly values: Map<string, unknown>;
}

export function loaded(durable: Durable): Content {
  const given: StoreOps[] = [];
  const values = new Map<string, unknown>();
  const told = durable.load((ops) => {
    given.push(ops);
    applied(values, ops);
  });
  return { ...told, given, values };
}

/** A tree for tests: values by path, without links. */
export function applied(values: Map<string, unknown>, ops: StoreOps): void {
  for (let at = 0; at < ops.length; at += 3) {
    const [kind, path, value] = [ops[at], ops[at + 1] as string, ops[at + 2]];
    if (kind === Op.set) values.set(path, value);
    if (kind === Op.remove) for (const one of values.keys()) if (`${one}/`.startsWith(`${path}/`)) values.delete(one);
  }
}

export function set(...pairs: readonly (readonly [string, unknown])[]): StoreOps {
  return pairs.flatMap(([path, value]) => [Op.set, path, value]);
}

/** Opens a directory, gives what it has, and closes it. */
export async function contentOf(options: PersistOptions, heard = new Heard(), disk?: Disk): Promise<Content> {
  const durable = Durable.open(options, heard, disk);
  try {
    return loaded(durable);
  } finally {
    await durable.close();
  }
}
