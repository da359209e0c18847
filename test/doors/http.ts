export * from '../../src/http/index.js';
export { Proxies } from '../../src/http/client/proxies.js';
export { targetOf } from '../../src/http/client/target.js';
