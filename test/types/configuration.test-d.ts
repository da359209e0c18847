import * as v from 'valibot';
import { type ConfigurationOf, type ConfigurationSources, type FormulaData, type LogOptions, Tonic } from 'tasktonic';
import type { frameworkSchema } from '../../src/core/configuration-schema.js';

// The framework's sections are described for the check and typed for the user: both must name the same.

type Named<T> = keyof { [K in keyof T as string extends K ? never : number extends K ? never : K]: T[K] };
type Same<A, B> = [A] extends [B]
  ? [B] extends [A]
    ? true
    : { readonly missing: Exclude<B, A> }
  : { readonly missing: Exclude<A, B> };
type Sections = (typeof frameworkSchema)['entries'];
type EntriesOf<S> = S extends { readonly wrapped: infer W }
  ? EntriesOf<W>
  : S extends { readonly item: infer I }
    ? EntriesOf<I>
    : S extends { readonly entries: infer E }
      ? E
      : never;
type Section<K extends Named<FormulaData>> = NonNullable<FormulaData[K]>;

export const sections: Same<keyof Sections, Named<FormulaData>> = true;
export const project: Same<keyof EntriesOf<Sections['project']>, Named<Section<'project'>>> = true;
export const log: Same<keyof EntriesOf<Sections['log']>, Named<LogOptions>> = true;
export const start: Same<keyof EntriesOf<Sections['start']>, Named<Section<'start'>[number]>> = true;
export const threads: Same<keyof EntriesOf<Sections['threads']>, Named<Section<'threads'>>> = true;
export const shutdown: Same<keyof EntriesOf<Sections['shutdown']>, Named<Section<'shutdown'>>> = true;

const settings = v.object({
  server: v.object({ port: v.number(), host: v.optional(v.string()) }),
  tls: v.optional(v.object({ cert: v.string() })),
});

export class Main extends Tonic {
  declare readonly config: ConfigurationOf<v.InferOutput<typeof settings> & FormulaData>;

  ttse__onStart(): void {
    const port: number = this.config.get('server/port');
    const host: string | undefined = this.config.get('server/host');
    const cert: string | undefined = this.config.get('tls/cert');
    const mode: 'stealth' | 'off' | 'quiet' | 'full' | undefined = this.config.get('log/default');
    const grace: number = this.config.number('shutdown/grace');
    // @ts-expect-error a port is a number
    const text: string = this.config.get('server/port');
    // @ts-expect-error it may be left out
    const sure: string = this.config.get('tls/cert');
    // @ts-expect-error nothing is known of this path
    const other: string = this.config.get('server/prot');
    this.log.info({ port, host, cert, mode, grace, text, sure, other }, 'read');
  }
}

export class Untyped extends Tonic {
  ttse__onStart(): void {
    // @ts-expect-error without a declaration nothing is known of any path
    const port: number = this.config.get('server/port');
    this.log.info({ port });
    // @ts-expect-error it is the Tonic's to read, not to replace
    this.config = undefined;
  }
}

export const sources: ConfigurationSources = {
  file: { path: 'app.json', optional: true },
  env: 'APP_',
  args: true,
  schema: settings,
};
// @ts-expect-error a schema is one of valibot
export const wrong: ConfigurationSources = { schema: { type: 'object' } };
