import type * as v from 'valibot';

/** Makes Tonics by name. */
export interface TonicMaker {
  make(name: string, options: never): unknown;
  /** The schema of the Tonic's options, if it has one. */
  schemaOf?(name: string): v.GenericSchema | undefined;
  /** The problems that making it would have; nothing is made. */
  check?(name: string, options: unknown): readonly StartProblem[];
}

/** A problem of a Tonic that a configuration starts. */
export interface StartProblem {
  /** The path within its entry: `tonic`, or `options` and further names. */
  readonly path: readonly string[];
  readonly is: string;
  readonly must: string;
}
