import type * as v from 'valibot';

/** Makes Tonics by name. */
export interface TonicMaker {
  make(name: string, options: never): unknown;
  /** The description of the options that a Tonic takes, where it has one. */
  schemaOf?(name: string): v.GenericSchema | undefined;
  /** What would be wrong with making it; nothing is made. */
  check?(name: string, options: unknown): readonly StartProblem[];
}

/** What is wrong with a Tonic that a configuration starts. */
export interface StartProblem {
  /** Within its entry: `tonic`, or `options` and what follows. */
  readonly path: readonly string[];
  readonly is: string;
  readonly must: string;
}
