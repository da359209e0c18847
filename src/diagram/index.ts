import '../compose.js';

export { diagramOf } from './diagram-of.js';
