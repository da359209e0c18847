/** The type of what stands at a path such as `server/port`; `unknown` where the type of the whole does not say. */
export type ValueAt<Data, P extends string> = P extends `${infer Head}/${infer Rest}`
  ? Head extends keyof Data
    ? ValueAt<NonNullable<Data[Head]>, Rest> | (undefined extends Data[Head] ? undefined : never)
    : unknown
  : P extends keyof Data
    ? Data[P]
    : unknown;

/**
 * The configuration of an app, read by path: `config.number('server/port')`. A Tonic has it as `this.config`, in threads too;
 * {@link ConfigurationOf} gives it types.
 */
export interface Configuration {
  /** All of it. What came with no schema from the environment or the command line is text. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The value at a path such as `log/default` or `start/0/tonic`; `undefined` where there is none. */
  get(path: string): unknown;
  /**
   * A number. A text that is one (from the environment, where no schema speaks of it) is read as such.
   *
   * @param fallback what it is where nothing stands there.
   * @throws {TaskTonicError} `TT_BAD_CONFIGURATION` where it has another type, or nothing stands there and no fallback is given.
   */
  number(path: string, fallback?: number): number;
  /** A text; as {@link number}. */
  string(path: string, fallback?: string): string;
  /** `true` or `false`; texts such as `yes`, `off` and `0` are read as such. As {@link number}. */
  boolean(path: string, fallback?: boolean): boolean;
  /**
   * Where a value came from: `the environment variable APP_LOG__DEFAULT`, `app.json:3:5`, `creatingFormula()`, `a default`; of a
   * section all of them. `undefined` where nothing stands there.
   */
  source(path: string): string | undefined;
  /** @internal The same with other values at some paths. */
  changed(changes: readonly ChangedValue[]): Configuration;
  /** Each value with where it came from, a line each, to be printed: `log/default = "full" (app.json:3:5)`. Secrets are masked. */
  dump(): string;
}

/** What a Tonic hears when the configuration has changed while the app runs: `this.config` has the new values by then. */
export interface ConfigurationChange {
  /** The paths whose values are others now, such as `server/limit`. A list is one value. */
  readonly paths: readonly string[];
}

/** One value that is another one now; it may be on its way to another thread. */
export interface ChangedValue {
  readonly path: readonly string[];
  /** `undefined` where nothing stands there any more. */
  readonly value: unknown;
  /** Where it came from. */
  readonly from: string | undefined;
}

/**
 * A configuration whose paths have types. A Tonic declares what its app's schema makes:
 * `declare readonly config: ConfigurationOf<v.InferOutput<typeof settings>>`.
 *
 * @typeParam Data what it holds, as an object of objects.
 */
export interface ConfigurationOf<Data> extends Configuration {
  get<const P extends string>(path: P): ValueAt<Data, P>;
}
