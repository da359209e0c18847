import type { TonicClass } from '../core/plan/plan.js';
import type { TonicConstructor } from '../core/plan/declarations.js';
import { machineOf } from './machine-reader.js';
import { mermaidOf } from './mermaid.js';

/**
 * The state machine of a class of Tonics as a state diagram, a text of Mermaid. Nothing of the class runs: its states are those that
 * it names, and the ways between them are read from the sources that the methods have at this moment.
 *
 * @throws {TaskTonicError} `TT_NO_DIAGRAM` where it is not a class of Tonics, or has nothing to draw; `TT_NO_SOURCE` where a method has
 *   no source, as native code has none; and what is wrong with the class, as its first instance would.
 */
export function diagramOf(tonicClass: TonicConstructor): string {
  return mermaidOf(machineOf(tonicClass as unknown as TonicClass));
}
