export { Catalyst, type CatalystOptions } from './core/catalyst.js';
export { Formula } from './core/formula.js';
export { Tonic } from './core/tonic.js';
export { TimerSingleShot, TimerRepeat, TimerPausing } from './core/timer.js';
