// The door by which tests enter src/store-client: what they try there that is not public.
export * from '../../src/store-client/index.js';
export { byPath, fits, segmentsOf } from '../../src/store-client/paths.js';
export { WireError, fromWire, same, toWire } from '../../src/store-client/values.js';
