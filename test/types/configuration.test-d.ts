import * as v from 'valibot';
import { type ConfigurationOf, type ConfigurationSources, type FormulaData, type LogOptions, Tonic } from 'tasktonic';

// What the check describes is what a user may write.
export const data: FormulaData = {
  project: { name: 'doors', own: 1 },
  log: { to: 'scroll', default: 'full', entries: { lines: 3 }, ip: { port: 7_007 } } satisfies LogOptions,
  start: [{ tonic: 'TcpServer', options: { port: 1 } }] as const,
  threads: { doorbell: false },
  shutdown: { grace: Infinity },
  own: { keys: true },
};
// @ts-expect-error a mode is one of four words
export const wrongMode: LogOptions = { default: 'loud' };
// @ts-expect-error a viewer has a port
export const noPort: LogOptions = { ip: { host: 'viewer' } };

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
