// The door by which tests enter src/config: what they try there that is not public.
import '../../src/compose.js';

export { readConfiguration } from '../../src/config/configuration-reading.js';
export { linesOf, type Place, readJson } from '../../src/config/json-text.js';
