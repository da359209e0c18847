import '../compose.js';

export { transfer } from './packing/transfer.js';
