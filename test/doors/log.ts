// The door by which tests enter src/log: what they try there that is not public.
import '../../src/compose.js';

export { entryText } from '../../src/log/log-entry-text.js';
export { LogBacklog } from '../../src/log/log-backlog.js';
export { ipLogSchema } from '../../src/log/log-options.js';
export type { Output } from '../../src/log/output-fd.js';
export { OutputWriter } from '../../src/log/output-writer.js';
export { screenLine } from '../../src/log/log-screen-line.js';
export { coreLogServices } from '../../src/log/log-services.js';
export { showsColours } from '../../src/log/styled.js';
export { showLogSchema } from '../../src/log/log-show.js';
