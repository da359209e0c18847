import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let gc: (() => void) | undefined;

/** Collects all garbage now. */
export function collectGarbage(): void {
  if (gc === undefined) {
    setFlagsFromString('--expose-gc');
    gc = runInNewContext('gc') as () => void;
  }
  // V8 takes array buffers off the books only with the collection after the one that found them.
  gc();
  gc();
}

/** How many of these are still held by somebody; what a promise held is given the time to go. */
export async function stillHeld(refs: readonly WeakRef<object>[]): Promise<number> {
  // A WeakRef keeps its target until the job that made or read it is over.
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  return refs.filter((ref) => ref.deref() !== undefined).length;
}
