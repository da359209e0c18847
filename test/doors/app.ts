// The door by which tests enter src/app: what they try there that is not public.
import '../../src/compose.js';

export { holdRuns } from '../../src/app/held-runs.js';
export { type OfSuccessor, REPLACES, kindOf, saying } from '../../src/app/upgrade/upgrade-messages.js';
