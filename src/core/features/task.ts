/**
 * Work that a feature does in a sparkle of a Tonic. The engine knows the features that only some Tonics have
 * (questions, promises, state timeouts, restarts) only through this interface: it runs their tasks by
 * `tonic._ttss__run(task)`.
 */
export interface Task {
  /** @internal Does the work. An exception fails the Tonic, like that of any sparkle. */
  run(): void;
  /**
   * @internal The arguments of the user's sparkle `key`, if it runs within this task; so its order can be postponed.
   */
  given?(key: string): readonly [a: unknown, b: unknown] | undefined;
}
