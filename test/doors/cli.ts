// The door by which tests enter src/cli: what they try there that is not public.
import '../../src/compose.js';

export { runCli } from '../../src/cli/run-cli.js';
export { startCommand } from '../../src/cli/start-command.js';
