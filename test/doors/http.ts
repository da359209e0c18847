// The door by which tests enter src/http: what they try there that is not public.
import '../../src/compose.js';

export { eventBytes } from '../../src/http/events/event-bytes.js';
export { loadRouter } from '../../src/http/server/routes/router.js';
