// The door by which tests enter src/diagram: what they try there that is not public.
import '../../src/compose.js';

export { END, type Machine, type Move, type SparkleFacts, UNKNOWN } from '../../src/diagram/machine.js';
export { mermaidOf } from '../../src/diagram/mermaid.js';
