import type { AnyTonic } from '../../../core/any-tonic.js';
import { fail } from '../../../core/errors.js';
import { isOfFramework } from '../../../core/plan/plan.js';

/** What sockets bring in, by the event that is to hear it. */
const INPUT = {
  ttse__onData: 'bytes',
  ttse__onFrame: 'frames',
  ttse__onMessage: 'messages',
  ttse__onDatagram: 'datagrams',
} as const;

export type InputEvent = keyof typeof INPUT;

/** What each loop has told: ten thousand connections of one class are one slip. */
const toldBy = new WeakMap<object, Set<string>>();

/**
 * Tells, once a class, that nobody hears what a socket brings in.
 *
 * @param base who would hear it, besides the socket's Tonic itself.
 */
export function tellUnheard(socket: AnyTonic, base: AnyTonic | undefined, event: InputEvent): void {
  const { className } = socket._ttPlan;
  const baseName = base?._ttPlan.className;
  const told = toldSoFar(socket._ttScheduler);
  const what = `${event} ${className} ${baseName ?? ''}`;
  if (told.has(what)) return;
  told.add(what);
  const own = isOfFramework(socket) ? 'a class of your own' : 'it';
  const where = base === undefined || isOfFramework(base) ? own : `${own}, or in ${baseName}, its base`;
  const error = fail('TT_INPUT_UNHEARD', { class: className, what: INPUT[event], event, where });
  socket._ttScheduler.logs.warn(socket, error);
}

function toldSoFar(loop: object): Set<string> {
  const before = toldBy.get(loop);
  if (before !== undefined) return before;
  const told = new Set<string>();
  toldBy.set(loop, told);
  return told;
}
