import type { styleText } from 'node:util';
import { nodeTty, nodeUtil } from '../core/lazy-node.js';
import { LANES, type LogLane } from '../core/log-lane.js';

/** The style of a text on a terminal. */
export type Style = Parameters<typeof styleText>[0];

/** Styles a text. Whether colours are shown is decided by the caller. */
export function styled(style: Style, text: string): string {
  return nodeUtil().styleText(style, text, { validateStream: false });
}

/**
 * Whether standard output shows colours: if FORCE_COLOR says so; otherwise on a terminal, unless NO_COLOR
 * (https://no-color.org) or the terminal forbids it. Threads write to the output of the process.
 */
export function showsColours(isTerminal = nodeTty().isatty(1), env: NodeJS.ProcessEnv = process.env): boolean {
  const { FORCE_COLOR: forced, NO_COLOR: refused = '', TERM } = env;
  if (forced !== undefined) return !/^(?:0|false)$/i.test(forced);
  return isTerminal && refused === '' && TERM !== 'dumb';
}

/** A text in the colour of a lane; unchanged without a lane. */
export function inLane(text: string, lane: unknown): string {
  return isLane(lane) ? styled(lane, text) : text;
}

function isLane(lane: unknown): lane is LogLane {
  return (LANES as readonly unknown[]).includes(lane);
}
