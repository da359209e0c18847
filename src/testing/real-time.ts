// The only file of the simulation that uses real time: a turn of a loop ends when Node's microtasks have run.

import { LONGEST_TIMER, nodeClock } from '../core/time/clock.js';

/** The steps of a simulation between two polls of the kernel. */
const AT_A_TIME = 16;

/** Resolves after all microtasks and next ticks, in the check phase. */
export function afterMicrotasks(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * Calls `step` again and again while it returns true, each time after all microtasks and next ticks. Several immediates
 * are scheduled at a time, so that Node polls the kernel once for all of them.
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

/** Real time, in ms. */
export function machineTime(): number {
  return nodeClock.now();
}

/** The CPU time of this process, in ms. */
export function workTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** A time limit is waited for in this many parts. */
const PARTS = 20;

/**
 * The result of a promise. If it takes longer than `ms` of real time, `late` is called, which throws. Time in which the
 * process did not run, on a busy or sleeping machine, counts only as one part in twenty.
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

/** Resolves after this many ms of real time. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
