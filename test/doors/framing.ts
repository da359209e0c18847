// The door by which tests enter src/framing: what they try there that is not public.
import '../../src/compose.js';

export { customSchema } from '../../src/framing/custom.js';
export { delimitedSchema } from '../../src/framing/delimited.js';
export { fixedSchema } from '../../src/framing/fixed.js';
export { jsonLinesSchema } from '../../src/framing/json-lines.js';
export { lengthPrefixedSchema } from '../../src/framing/length-prefixed.js';
export { linesSchema } from '../../src/framing/lines.js';
export { loadCodec } from '../../src/framing/message-pack.js';
export { netstringsSchema } from '../../src/framing/netstrings.js';
export { respCommandsSchema } from '../../src/framing/resp-commands.js';
export { OneFrame } from '../../src/framing/one-frame.js';
