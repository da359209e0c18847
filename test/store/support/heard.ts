import type { StoreCallback, StoreEvent } from '../../../src/store/index.js';

/** Hears events and keeps them: all, and call by call. */
export interface Heard extends StoreCallback {
  readonly calls: (readonly StoreEvent[])[];
  /** All events, in few words: `path: old -> value`, with the source where there is one. */
  readonly words: string[];
  /** The same, and forgets them. */
  take(): string[];
}

export function hearing(): Heard {
  const calls: (readonly StoreEvent[])[] = [];
  const heard = ((events: readonly StoreEvent[]) => void calls.push(events)) as Heard;
  return Object.defineProperties(heard, {
    calls: { value: calls },
    words: { get: () => calls.flat().map(inWords) },
    take: {
      value: () => {
        const { words } = heard;
        calls.length = 0;
        return words;
      },
    },
  });
}

export function inWords({ path, value, old, source }: StoreEvent): string {
  return `${path}: ${shown(old)} -> ${shown(value)}${source === undefined ? '' : ` (${source})`}`;
}

function shown(value: unknown): string {
  if (value === undefined) return '-';
  return typeof value === 'bigint' ? `${value}n` : JSON.stringify(value);
}
