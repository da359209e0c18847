import type { FailureInfo } from './any-tonic.js';
import type { Extras } from './features/extras.js';
import type { LogLane } from './log-lane.js';
import type { Plan, Sparkle, Table } from './plan/plan.js';
import type { ChangedValue } from './configuration.js';
import type { Scheduler } from './scheduler.js';
import type { ShutdownInfo } from './shutdown.js';
import type { Task } from './features/task.js';

// The engine's view of a Tonic. It extends the public interface, and is hidden from users.
declare module './any-tonic.js' {
  interface AnyTonic {
    /** @internal */ readonly _ttPlan: Plan;
    /** @internal What it is called in other threads and in the log. */ readonly _ttFullName: string;
    /** @internal */ readonly _ttScheduler: Scheduler;
    /** @internal */ readonly _ttBase: AnyTonic | undefined;
    /** @internal */ readonly _ttFarBase: RemoteHandle | undefined;
    /** @internal */ readonly _ttDrainTimeout: number;
    /** @internal */ _ttLogLevel: number;
    /** @internal The colour of its lines. */ readonly _ttLane: LogLane | undefined;
    /** @internal What is told of it is due to what peers do, so that has a rate. */ readonly _ttOfPeers?: boolean;
    /** @internal */ readonly _ttMayInfuse: boolean;
    /** @internal */ readonly _ttCounts: boolean;
    /** @internal */ _ttTable: Table;
    /** @internal */ _ttState: string | undefined;
    /** @internal */ _ttTarget: Target;
    /** @internal */ _ttLife: number;
    /** @internal */ _ttInfusions: Set<AnyTonic> | undefined;
    /** @internal */ _ttEnding: Ending | undefined;
    /** @internal Whether another one like it would fail as well, so that it is not restarted. */ _ttIsFinal?: boolean;
    /** @internal */ _ttExtras: Extras | undefined;
    /** @internal */ _ttDrain(): boolean;
    /** @internal */ _ttBaseWaits(): void;
    /** @internal */ _ttHoldsEnd(): boolean;
    /** @internal */ _ttDeadline(): number;
    /** @internal */ _ttRelease(): void;
    /** @internal */ _ttLeave(): void;
    /** @internal */ _ttInfusionLeft(infusion: AnyTonic): void;
    /** @internal So many more bytes of what came from it are kept for later; less than 0: they are not any more. */
    _ttKept(bytes: number): void;
    /** @internal A call, if its class has an `inboxLimit`. */
    _ttReceive(sparkle: Sparkle, count: number, a: unknown, b: unknown): void;
    /** @internal */ _ttResolve(target: (...values: never[]) => void): (value: unknown, more?: unknown) => void;
    /** @internal */ _ttOwn(target: (...args: never[]) => void): Sparkle;
    /** @internal */ _ttss__end(): void;
    /** @internal */ _ttss__overdue(): void;
    /** @internal */ _ttss__throw(error: Error, sparkle?: string): void;
    /** @internal */ _ttss__tell(key: string, info: object): void;
    /** @internal Does what a feature of it has to do, in a sparkle. */ _ttss__run(task: Task): void;
    /** @internal Another thread tells the services of this one. */ _ttss__ofService(
      what: string,
      ...args: readonly unknown[]
    ): void;
    /** @internal Forwards a call from another thread to the Tonic with that name, here or further on. */ _ttss__named(
      name: string,
      key: string,
      args: unknown[],
    ): void;
    /**
     * @internal Another thread reports that the configuration has changed; without changes, it asks to read it again.
     */
    _ttss__configuration(changes?: readonly ChangedValue[]): void;
    /** @internal Another thread reports the shutdown of the app. */ _ttss__shutdown(info: ShutdownInfo): void;
    /** @internal What others know it by: itself, or its handle where it lives in another thread. */ readonly _ttFace: AnyTonic;
  }

  interface RemoteHandle {
    /** @internal */ _ttExtras?: Extras | undefined;
  }
}

/** No transition waits. (`undefined` is a valid target: no state.) */
export const NONE = Symbol('no transition');
export type Target = string | undefined | typeof NONE;

/** Fields that only an ending Tonic needs. */
export interface Ending {
  userDrained: boolean;
  error: Error | undefined;
  failure: FailureInfo | undefined;
  at: number;
  slot: number;
  fire(now: number): void;
  /** It makes progress: its deadline is counted from now on. */
  progressed(): void;
}
