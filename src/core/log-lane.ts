import { oneOf } from './options/option-schema.js';

/** The lane of a Tonic: the colour that its lines and entries have on a screen and in a viewer, so that an eye can follow them. */
export type LogLane = 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan' | 'white' | 'gray';

/** `styleText` of Node has the same names. */
export const LANES: readonly LogLane[] = ['red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white', 'gray'];

/** One of the colours. */
export const laneOption = oneOf(...LANES);
