import '../compose.js';

export type { Durable } from './durable/durable.js';
export type { PersistOptions } from './durable/options.js';
