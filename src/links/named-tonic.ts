import { INSPECT } from '../core/lazy-node.js';
import type { RemoteHandle } from '../core/any-tonic.js';
import type { Extras } from '../core/guests/extras.js';
import { makeSparklesOnDemand } from '../core/plan/on-demand.js';

/**
 * The handle of a Tonic of another thread that is known by its name alone, such as `worker/door`: each call goes to whoever has that name
 * when it arrives.
 */
export class NamedTonic implements RemoteHandle {
  readonly name: string;
  /** Not known here, and neither is its thread. */
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
