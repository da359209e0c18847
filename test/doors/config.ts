// The door by which tests enter src/config: what they try there that is not public.
import '../../src/compose.js';

export { asksForHelp, helpText, settingsIn } from '../../src/config/configuration-help.js';
export { FRAMEWORK_WORDS } from '../../src/config/configuration-help-words.js';
export { readConfiguration } from '../../src/config/configuration-reading.js';
export { frameworkSchema } from '../../src/config/configuration-schema.js';
export { linesOf, type Place, readJson } from '../../src/config/json-text.js';
