import { type SparkleBinder, Tonic } from '../../src/index.js';

/** What a class of Tonics says of itself. */
export interface Statics {
  readonly states?: readonly string[];
  readonly events?: readonly string[];
  readonly prefixes?: Readonly<Record<string, SparkleBinder>>;
}

type Methods = Record<string, unknown> & ThisType<Tonic<string>>;

/**
 * A class of Tonics with methods whose names a compiler or linter would not let pass.
 * @param parent its parent; default Tonic itself.
 */
export function tonicClass(methods: Methods, statics: Statics = {}, parent: typeof Tonic<string> = Tonic) {
  const Made = class Made extends parent {};
  for (const [key, value] of Object.entries(methods)) {
    Object.defineProperty(Made.prototype, key, { value, writable: true, configurable: true });
  }
  return Object.assign(Made, statics);
}
