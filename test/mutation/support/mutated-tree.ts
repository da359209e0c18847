import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { built } from '../../support/built.js';
import type { Mutation } from '../mutations.js';
import type { OrdinaryMutation } from '../ordinary-mutations.js';
import { type TestPlace, type Tested, testIn } from './test-in.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const COPIED = ['src', 'examples', 'test', 'package.json', 'tsconfig.json'];

/** A bug: a small change of one file. */
export interface Change {
  readonly what: string;
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly find: string;
  readonly replace: string;
}

/** What `explore()` found in a tree. */
export interface Found {
  readonly found: boolean;
  /** The run that failed first, from 1. */
  readonly run?: number;
  /** The faults that the failure needs. */
  readonly faults?: readonly string[];
  readonly message?: string;
}

/** A copy of the sources in a temporary folder, into which one bug at a time is put. */
export class MutatedTree {
  private constructor(readonly folder: string) {}

  static async make(): Promise<MutatedTree> {
    const folder = await mkdtemp(join(tmpdir(), 'tasktonic-mutation-'));
    for (const path of COPIED) await cp(join(ROOT, path), join(folder, path), { recursive: true });
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    return new MutatedTree(folder);
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true });
  }

  /** Puts a bug in, explores its program, and takes it out again. */
  async exploreWith(mutation: Mutation, runs: number, seed: number): Promise<Found> {
    return this.#with(mutation, async () => this.explore(mutation.program, runs, seed));
  }

  /** Puts a bug in, runs the test that must find it, and takes it out again. */
  async testWith(mutation: OrdinaryMutation): Promise<Tested> {
    return this.#with(mutation, async () => this.test([mutation]));
  }

  /** Runs tests on the tree as it is. */
  async test(places: readonly TestPlace[]): Promise<Tested> {
    return testIn(this.folder, places);
  }

  async #with<T>(change: Change, body: () => Promise<T>): Promise<T> {
    const path = join(this.folder, change.file);
    const source = await readFile(path, 'utf8');
    await writeFile(path, mutated(source, change));
    try {
      return await body();
    } finally {
      await writeFile(path, source);
    }
  }

  /** Explores a program on the tree as it is. */
  explore(program: string, runs: number, seed: number): Promise<Found> {
    return exploreIn(this.folder, program, runs, seed);
  }
}

/** Explores a program on the sources of the project, in a process of its own, as one file: its TypeScript is compiled in no time. */
export async function exploreHere(program: string, runs: number, seed: number): Promise<Found> {
  return exploreBy([fileURLToPath(built(new URL('explore-one.ts', import.meta.url).href))], ROOT, program, runs, seed);
}

/** Explores a program on the sources in a folder, in a process of its own. */
async function exploreIn(folder: string, program: string, runs: number, seed: number): Promise<Found> {
  const script = join(folder, 'test/mutation/support/explore-one.ts');
  // An example runs on these sources, and not on what was built.
  const sources = pathToFileURL(join(folder, 'test/mutation/support/own-sources.mjs')).href;
  return exploreBy(
    ['--no-warnings', '--loader', './test/support/loader.mjs', '--import', sources, script],
    folder,
    program,
    runs,
    seed,
  );
}

async function exploreBy(
  words: readonly string[],
  cwd: string,
  program: string,
  runs: number,
  seed: number,
): Promise<Found> {
  const { TASKTONIC_SEED: _, ...env } = process.env;
  const args = [...words, program, String(runs), String(seed)];
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (data: Buffer) => (out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (err += data.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${err}`);
  return JSON.parse(out) as Found;
}

/** The source with the bug in it. @throws where the place is not there, or more than one. */
export function mutated(source: string, { file, find, replace }: Change): string {
  const parts = source.split(find);
  if (parts.length !== 2) throw new Error(`${file} has "${find}" ${parts.length - 1} times, and must have it once`);
  return parts.join(replace);
}
