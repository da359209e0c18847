// The public view of a Tonic. What only the engine sees is in tonic-inside.ts.

/** Any Tonic, whatever its class and states. */
export interface AnyTonic {
  /** Its number in the app, the same in every thread. */
  readonly id: number;
  /** Its name, unique in its thread: given, or its id and class. */
  readonly name: string;
  /** The thread that it lives in; 0 is the main one. */
  readonly thread: number;
  /** The state that holds; `undefined` before the first transition, and when its machine has stopped. */
  readonly state: string | undefined;
  /** Whether it has finished: no sparkle of it runs any more. */
  readonly finished: boolean;
  /** The Tonic and sparkle that queued the running sparkle; `undefined` if no Tonic did. */
  readonly source: Source | undefined;
  /** What it has made and has not finished. */
  readonly infusions: Iterable<AnyTonic>;
  /** Finishes it, with its infusions. Only itself, its base and code outside any sparkle may call this. */
  ttsc__finish(): void;
}

/** What is known of a Tonic in any thread. A Tonic has it itself. */
export interface RemoteHandle {
  /** Its number in the app, the same in every thread. */
  readonly id: number;
  /** Its name; in another thread with that of its Catalyst before it, as in `worker/door`. */
  readonly name: string;
  /** The thread that it lives in; 0 is the main one. */
  readonly thread: number;
  /** Whether it is known here to have finished. */
  readonly finished: boolean;
}

/** The Tonic and sparkle that queued the running sparkle. */
export interface Source {
  /** The Tonic, or the handle of one in another thread. */
  readonly tonic: AnyTonic;
  /** Its id. */
  readonly id: number;
  /** Its name. */
  readonly name: string;
  /** The sparkle that made the call; `undefined` if a timer or socket of that Tonic did. */
  readonly sparkle: string | undefined;
}

/** What a user of a service gets when the service has finished before it. */
export interface ServiceInfo {
  /** The name of the service. */
  readonly service: string;
  /** The error, if it failed and is not restarted. */
  readonly error: Error | undefined;
}

/** What is known of a throw. */
export interface FailureInfo {
  /** The sparkle that threw. */
  readonly sparkle: string | undefined;
  /** The state that held then. */
  readonly state: string | undefined;
  /** Who had queued it. */
  readonly source: Source | undefined;
}

/** A command that has no method in the state in which its turn came. */
export interface UnheardCommand {
  /** Its name without the prefix: `mail` of `ttsc__mail`. */
  readonly name: string;
  /** The sparkle that was called, such as `ttsc__mail`. */
  readonly key: string;
  /** What it was called with. */
  readonly args: readonly unknown[];
}

/** What a base hears of an infusion that has finished. */
export interface InfusionInfo {
  /** The id that it had. */
  readonly id: number;
  /** The name that it had. */
  readonly name: string;
  /** The Tonic itself, finished: its fields can still be read. */
  readonly tonic: AnyTonic;
  /** Why it failed, where it did. */
  readonly error: Error | undefined;
}

/** What a base hears of an infusion that failed. */
export interface InfusionFailure extends InfusionInfo, FailureInfo {
  readonly error: Error;
  /** The number, within the time window of its supervision, of the restart that follows, from 1; 0 where none does. */
  readonly restarts: number;
}
