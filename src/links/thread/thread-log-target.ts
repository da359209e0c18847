/** The target of a thread's log: `main` sends it to the main thread, whose sink writes it. */
export type ThreadLogTarget = 'off' | 'main';

/**
 * The target of a thread's log if the main thread logs to the service of this name. Only one thread may write to
 * standard output: otherwise, with a slow reader, lines of two threads would be mixed.
 */
export function threadLogTarget(name: string): ThreadLogTarget {
  return name === 'off' ? name : 'main';
}
