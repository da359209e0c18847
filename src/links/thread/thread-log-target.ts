/** Where a thread writes its log: `main` sends it to the main thread, whose sink writes it. */
export type ThreadLogTarget = 'off' | 'main';

/**
 * Where a thread writes while the main thread's log goes to the service of this name. One thread alone writes to standard output: where its
 * reader is slow, half of a line would else stand before a line of another thread.
 */
export function threadLogTarget(name: string): ThreadLogTarget {
  return name === 'off' ? name : 'main';
}
