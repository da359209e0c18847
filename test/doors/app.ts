// The door by which tests enter src/app: what they try there that is not public.
import '../../src/compose.js';

export { holdRuns } from '../../src/app/held-runs.js';
