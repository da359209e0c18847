// The door by which tests enter src/eslint-plugin: what they try there that is not public.
import '../../src/compose.js';

export { SELECTOR_ONLY } from '../../src/eslint-plugin/prefer-new-lines.js';
export { SAID } from '../../src/eslint-plugin/socket-events.js';
export { TONICS } from '../../src/eslint-plugin/tonic-classes.js';
