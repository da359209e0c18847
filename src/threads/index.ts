import '../compose.js';

export { transfer } from './transfer.js';
