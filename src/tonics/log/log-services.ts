import { coreLogServices } from '../../log/log-services.js';
import { openIp } from './log-ip.js';

/**
 * What comes with the framework: `screen`, `json`, `off` and `ip`. A Formula with services of its own has
 * `protected override readonly logServices = logServices.with({ mine: (options, context) => new MySink(options) })`.
 */
export const logServices = coreLogServices.with({ ip: openIp });
