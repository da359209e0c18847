import { fail } from '../errors.js';

/** The parts of a sparkle's name: `ttsc_open__close` is prefix `ttsc`, state `open`, name `close`. */
export interface SparkleName {
  readonly prefix: string;
  /** The state that it is for; `undefined` for a generic sparkle. */
  readonly state: string | undefined;
  readonly name: string;
  /** The name it is called by in any state: `ttsc__close`. */
  readonly generic: string;
}

/** The prefixes of every Tonic: command, event, two internal ones, and that of the framework. */
export const BUILT_IN_PREFIXES: readonly string[] = ['_ttss', '_tts', 'ttsc', 'ttse', 'tts'];

/**
 * Reads a method's name as a sparkle's name.
 *
 * @returns `undefined` where the name belongs to no prefix, so is an ordinary method.
 * @throws {TaskTonicError} `TT_BAD_SPARKLE_NAME` where it starts like the name of a sparkle and is not one, such as `ttsc_close`.
 */
export function parseSparkleName(key: string, prefixes: Iterable<string> = BUILT_IN_PREFIXES): SparkleName | undefined {
  for (const prefix of prefixes) {
    if (!key.startsWith(`${prefix}_`)) continue;
    const rest = key.slice(prefix.length);
    const split = rest.indexOf('__');
    const state = rest.slice(1, Math.max(split, 1));
    const name = rest.slice(split + 2);
    if (split < 0 || name === '' || name.startsWith('_') || name.includes('__') || state.startsWith('_')) {
      throw fail('TT_BAD_SPARKLE_NAME', { key, prefix });
    }
    return { prefix, state: split === 0 ? undefined : state, name, generic: `${prefix}__${name}` };
  }
  return undefined;
}

/** `'ttse'` and `'lightsOff'` make `'ttse__onLightsOff'`: the event of a named timer or part. */
export function eventName(name: string): string {
  return `ttse__on${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}
