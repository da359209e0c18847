/** Where a thread writes its log: `main` sends it to the main thread, whose sink writes it. */
export type ThreadLogTarget = 'screen' | 'json' | 'off' | 'main';

/** Where a thread writes while the main thread's log goes to the service of this name. */
export function threadLogTarget(name: string): ThreadLogTarget {
  return name === 'screen' || name === 'json' || name === 'off' ? name : 'main';
}
