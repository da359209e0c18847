import { oneOf } from './option-schema.js';

/** The lane of a Tonic: the colour that its lines and entries have on a screen and in a viewer, so that an eye can follow them. */
export type LogLane = 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan' | 'white' | 'gray';

/** The colours of lanes, as terminals take them (ECMA-48, SGR). */
const SGR: Readonly<Record<LogLane, number>> = {
  red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36, white: 37, gray: 90,
}; // prettier-ignore

/** A colour that there is. */
export const laneOption = oneOf(...(Object.keys(SGR) as LogLane[]));

/** A text in the colour of a lane; as it is where the lane is none. */
export function inLane(text: string, lane: unknown): string {
  return isLane(lane) ? `\u001b[${SGR[lane]}m${text}\u001b[39m` : text;
}

function isLane(lane: unknown): lane is LogLane {
  return typeof lane === 'string' && Object.hasOwn(SGR, lane);
}
