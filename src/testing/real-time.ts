// The one file of a world that touches the machine's time: a turn of a loop ends when Node's own microtasks have run.

import { LONGEST_TIMER, nodeClock } from '../core/time/clock.js';

/** How many steps of a world Node runs between two looks at its kernel. */
const AT_A_TIME = 16;

/** Resolves after all microtasks and next ticks, in the check phase. */
export function afterMicrotasks(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * Calls `step` again and again while it says so, each time after all microtasks and next ticks: they run between two immediates. Several
 * immediates stand ready at a time, so that Node looks for what its kernel has only once for all of them.
 */
export function eachAfterMicrotasks(step: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    let ready = 0;
    let over = false;
    const next = (): void => {
      ready--;
      if (!over) go();
    };
    const go = (): void => {
      try {
        over = !step();
      } catch (thrown) {
        over = true;
        return reject(thrown);
      }
      if (over) return resolve();
      if (ready > 0) return;
      for (ready = 0; ready < AT_A_TIME; ready++) setImmediate(next);
    };
    go();
  });
}

/** The machine's time, in ms. */
export function machineTime(): number {
  return nodeClock.now();
}

/** How long this process has worked in all, in ms. */
export function workTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** A span of the machine's time is let pass in so many parts. */
const PARTS = 20;

/**
 * What a promise is settled with, or what `late` throws, called where that takes longer than so many ms of the machine's time. Of a stretch in
 * which the process had no turn, as on a machine that is busy or asleep, only one part in twenty counts.
 */
export async function within<T>(ms: number, promise: Promise<T>, late: () => never): Promise<T> {
  if (ms === Infinity) return promise;
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<void>((resolve) => {
    let left = PARTS;
    const wait = (): void => {
      if (left-- === 0) resolve();
      else timer = setTimeout(wait, Math.min(ms / PARTS, LONGEST_TIMER));
    };
    wait();
  }).then(late);
  try {
    return await Promise.race([promise, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves after so many ms of the machine's time. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
