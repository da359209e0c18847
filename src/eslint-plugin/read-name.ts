import { BUILT_IN_PREFIXES, type SparkleName, parseSparkleName } from '../core/plan/sparkle-names.js';

/** A method's name as the framework reads it; `'malformed'` where it starts like the name of a sparkle and is not one. */
export function readName(key: string, ownPrefixes: readonly string[] = []): SparkleName | 'malformed' | undefined {
  try {
    return parseSparkleName(key, [...ownPrefixes, ...BUILT_IN_PREFIXES]);
  } catch {
    return 'malformed';
  }
}
