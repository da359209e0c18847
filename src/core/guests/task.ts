/**
 * What a feature has done in a sparkle of a Tonic. The engine knows the features that only some Tonics have (questions, promises, timeouts of
 * states, restarts) by nothing else: it runs their tasks, `tonic._ttss__run(task)`.
 */
export interface Task {
  /** @internal Does it. A throw fails the Tonic, as that of any sparkle does. */
  run(): void;
  /** @internal What the user's sparkle `key` was given, where it runs within this task: so that its order can be kept for later. */
  given?(key: string): readonly [a: unknown, b: unknown] | undefined;
}
