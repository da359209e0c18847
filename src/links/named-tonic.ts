import { INSPECT } from '../core/lazy-node.js';
import type { RemoteHandle } from '../core/any-tonic.js';
import type { Extras } from '../core/features/extras.js';
import { makeSparklesOnDemand } from '../core/plan/dynamic-handle.js';

/**
 * The handle of a Tonic of another thread of which only the name is known, such as `worker/door`: each call goes to the
 * Tonic that has that name when the call arrives.
 */
export class NamedTonic implements RemoteHandle {
  readonly name: string;
  /** Neither its id nor its thread is known here. */
  readonly id = -1;
  readonly thread = -1;
  readonly finished = false;
  /** @internal */ _ttExtras: Extras | undefined = undefined;
  readonly #call: (name: string, key: string, args: unknown[]) => void;

  constructor(name: string, call: (name: string, key: string, args: unknown[]) => void) {
    this.name = name;
    this.#call = call;
  }

  /** @internal */
  _ttCall(key: string, args: unknown[]): void {
    this.#call(this.name, key, args);
  }

  toString(): string {
    return this.name;
  }

  toJSON(): object {
    return { name: this.name };
  }

  [INSPECT](): string {
    return `Remote<${this.name}>`;
  }
}
makeSparklesOnDemand(NamedTonic);
