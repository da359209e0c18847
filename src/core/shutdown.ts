import type { AnyTonic } from './any-tonic.js';
import { sockets } from './socket-handover.js';

const EVENT = 'ttse__onShutdown';

/** What a Tonic hears when the app is to end: by a signal, or as a test asks for it. */
export interface ShutdownInfo {
  /** The signal that it ends by. */
  readonly signal: NodeJS.Signals;
  /** How long it goes on as before, in ms: 0 where it begins to finish at once. */
  readonly drainDelay: number;
  /** Whether another process of the program goes on in its place, with its listening sockets: an upgrade. */
  readonly upgrade: boolean;
}

/** The parts of an app that are needed here. */
interface ToldOfShutdown {
  shutdown: ShutdownInfo | undefined;
  readonly ledger: Iterable<AnyTonic>;
}

/**
 * Reports the shutdown of the app, in this thread and in those that it has started: `app.shutdown` is set, and the
 * event is sent.
 */
export function tellShutdown(runtime: ToldOfShutdown, info: ShutdownInfo): void {
  runtime.shutdown = info;
  if (info.upgrade) sockets.handover?.letGo();
  for (const tonic of runtime.ledger) {
    // A Catalyst in a thread of its own: it informs the Tonics there.
    if (tonic._ttFace !== tonic) tonic._ttFace._ttss__shutdown(info);
    else if (tonic._ttPlan.has(EVENT)) tonic._ttss__tell(EVENT, info);
  }
}
