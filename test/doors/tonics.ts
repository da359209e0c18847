// The door by which tests enter src/tonics: what they try there that is not public.
import '../../src/compose.js';

export { PolledKey } from '../../src/tonics/log/log-link.js';
export { showAddress, socketError } from '../../src/tonics/socket-errors.js';
export { backoff } from '../../src/tonics/tcp/client/backoff.js';
export type { DialMeans } from '../../src/tonics/tcp/client/dialler-means.js';
export { dialOrder } from '../../src/tonics/tcp/client/dialler-order.js';
export { Dialler, type DialSettings } from '../../src/tonics/tcp/client/dialler.js';
export { clientSchema } from '../../src/tonics/tcp/client/tcp-client.js';
export { WaitingSends } from '../../src/tonics/tcp/client/waiting-sends.js';
export { type Input, LIFE, type Step } from '../../src/tonics/tcp/connection/connection-life.js';
export { connectionOptions, connectionSettings } from '../../src/tonics/tcp/connection/connection-options.js';
export { Watch } from '../../src/tonics/tcp/connection/connection-watches.js';
export { Replies } from '../../src/tonics/tcp/connection/replies.js';
export { type Pending, Requests } from '../../src/tonics/tcp/connection/requests.js';
export { adopt } from '../../src/tonics/tcp/server/adoption.js';
export { Door } from '../../src/tonics/tcp/server/door/door.js';
export type { DoorStep, Visitor } from '../../src/tonics/tcp/server/door/visitor.js';
export { Refusals } from '../../src/tonics/tcp/server/refusals.js';
export { Admission } from '../../src/tonics/tcp/server/server-admission.js';
export type { ServerPart } from '../../src/tonics/tcp/server/server-catalyst.js';
export { serverSchema } from '../../src/tonics/tcp/server/server-options.js';
export { ServerListener } from '../../src/tonics/tcp/server/server-listener.js';
export { ServerSpread, type Supervise } from '../../src/tonics/tcp/server/server-spread.js';
export { ServerTally } from '../../src/tonics/tcp/server/server-tally.js';
export { udpSchema, udpSettings } from '../../src/tonics/udp/udp-options.js';
export { requestSchema } from '../../src/tonics/tcp/connection/request.js';
