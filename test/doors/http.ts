export * from '../../src/http/index.js';
export { eventBytes } from '../../src/http/events/event-bytes.js';
export { type TimeoutKind, RequestWatch } from '../../src/http/server/request-watch.js';
export { loadRouter } from '../../src/http/server/routes/router.js';
export { Proxies } from '../../src/http/client/proxies.js';
export { targetOf } from '../../src/http/client/target.js';
export { loadWs } from '../../src/http/websocket/load-ws.js';
