// The door by which tests enter src/services: what they try there that is not public.
import '../../src/compose.js';

export { OpenAnswers } from '../../src/services/open-answers.js';
export { type ServiceCaller, ServiceHandle } from '../../src/services/service-handle.js';
