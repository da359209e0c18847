import type { AnyTonic } from '../core/any-tonic.js';
import { abort } from '../core/life.js';
import type { Loop, Runtime } from '../core/runtime.js';

/**
 * Runs the Catalysts of a thread: the others start, then the main one; when that has finished, the rest is told.
 *
 * @param started called when all run.
 * @throws {TaskTonicError} `TT_LOOP_BROKEN`
 */
export async function runLoops(runtime: Runtime, main: Loop & AnyTonic, started: () => void): Promise<void> {
  const others: Promise<void>[] = [];
  let broken: unknown;
  runtime.start((loop) => {
    if (loop === main) return;
    const ended = loop.startSparkling().catch((thrown: unknown) => {
      broken ??= thrown;
      // The loop has ended, so nothing may wait for its Tonics.
      abort(loop, () => {});
      main.ttsc__finish();
    });
    others.push(ended);
  });
  const ended = main.startSparkling();
  started();
  await ended;
  for (const loop of runtime.loops) loop.ttsc__finish();
  await Promise.all(others);
  if (broken !== undefined) throw broken as Error;
}
