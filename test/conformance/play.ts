import { TcpClient, TcpConnection, TcpServer } from '../../src/index.js';
import { WARN } from '../support/app.js';
import { type NetApp, startNet } from '../support/net-app.js';
import { stage } from '../support/stage.js';
import { type Actor, PlainActor, TonicActor, UdpActor, scribe } from './actors.js';
import { Notes } from './notes.js';
import type { Act, Script } from './script.js';
import { type Link, over, sensible, sideOf } from './sensible.js';

/** What each one had seen after an act: a run on another network waits until it has seen as much. */
export type Mark = Readonly<
  Record<string, { readonly lines: number; readonly bytes: number; readonly hidden: number }>
>;

/** What was seen, by whom; and what was done: an act that makes no sense any more (of one who is gone) is left out. */
export interface Played {
  readonly seen: Readonly<Record<string, unknown>>;
  readonly played: { readonly acts: readonly Act[]; readonly marks: readonly Mark[] };
}

/** How long a real network may take for an act. */
const PATIENCE = 8_000;
/** Plays a script on the stage. @param marks what was seen by the first run, on a network where all is settled at once. */
export async function play(script: Script, marks?: readonly Mark[]): Promise<Played> {
  const run = new Run(script, marks);
  await run.begin();
  for (const act of script.acts) await run.act(act);
  return run.end();
}

class Run {
  readonly #script: Script;
  readonly #expected: readonly Mark[] | undefined;
  readonly #marks: Mark[] = [];
  readonly #acts: Act[] = [];
  readonly #actors = new Map<string, Actor>();
  readonly #links: Link[] = [];
  readonly #udp: UdpActor[] = [];
  #app!: NetApp;
  #server!: TcpServer;

  constructor(script: Script, expected: readonly Mark[] | undefined) {
    this.#script = script;
    this.#expected = expected;
  }

  async begin(): Promise<void> {
    const accepted: TonicActor[] = [];
    this.#app = await startNet(() => {
      const protocol = (): TcpConnection => {
        const notes = new Notes();
        const tonic = new (scribe(TcpConnection, notes))();
        accepted.push(new TonicActor(tonic, notes));
        return tonic as TcpConnection;
      };
      this.#server = new TcpServer({ ...AT, halfOpen: this.#script.serverHalfOpen, protocol, lingerTimeout: LONG });
      this.#udp.push(new UdpActor(), new UdpActor());
    });
    [this.#udp[0]!.to, this.#udp[1]!.to] = [this.#udp[1], this.#udp[0]];
    this.#udp.forEach((actor, n) => this.#actors.set(`udp ${n}`, actor));
    await this.#app.heard.on('onListening');
    for (const [n, link] of this.#script.links.entries()) {
      const client = await this.#connect(link);
      this.#actors.set(`client ${n}`, client);
      await this.#until(() => accepted.length > n && client.notes.lines.length > 0, 'a connection');
      this.#actors.set(`server ${n}`, accepted[n]!);
      this.#links.push({ client: sideOf(client), server: sideOf(accepted[n]!) });
    }
    await this.#mark();
  }

  async #connect({ client, clientHalfOpen }: Script['links'][number]): Promise<Actor> {
    const { port } = this.#server.local!;
    if (client === 'plain')
      return new PlainActor(stage().sockets.connect({ host: AT.host, port, allowHalfOpen: clientHalfOpen }));
    const notes = new Notes();
    const options = { host: AT.host, port, retries: 0, halfOpen: clientHalfOpen, lingerTimeout: LONG };
    return this.#app.inside(() => new TonicActor(new (scribe(TcpClient, notes))(options), notes));
  }

  async act(act: Act): Promise<void> {
    if ('udp' in act) {
      await this.#app.inside(() => this.#udp[act.udp]!.do(act.does));
      this.#acts.push(act);
      return this.#mark();
    }
    const link = this.#links[act.on];
    if (link === undefined) return undefined;
    const { client, server } = this.#expected === undefined ? sensible(act, link) : act;
    if (client.length + server.length === 0) return undefined;
    this.#acts.push({ on: act.on, client, server });
    await this.#app.inside(() => {
      if (client.length > 0) link.client.actor.do(client);
      if (server.length > 0) link.server.actor.do(server);
    });
    return this.#mark();
  }

  async end(): Promise<Played> {
    for (const doing of ['answers', 'answers', 'answers', 'resume', 'close'] as const)
      for (const who of ['client', 'server'] as const)
        for (const { [who]: side } of this.#links) {
          if (over(side)) continue;
          await this.#app.inside(() => side.actor.do([doing]));
          await this.#mark();
        }
    await this.#until(() => this.#links.every(({ client, server }) => over(client) && over(server)), 'the end of all');
    await this.#app.inside(() => {});
    const seen: Record<string, unknown> = { server: this.#server.counts };
    for (const [name, { notes, counts }] of this.#actors) seen[name] = [notes.lines, counts];
    const { result } = await this.#app.over();
    seen['log'] = this.#app.messages(WARN).map((line) => line.replace(/:\d+\b/g, ':PORT'));
    seen['exit code'] = result.exitCode;
    return { seen, played: { acts: this.#acts, marks: this.#marks } };
  }

  /** Waits until the act has had its effect. */
  async #mark(): Promise<void> {
    const expected = this.#expected?.[this.#marks.length];
    // Who reads slowly rests after each piece, and there may be another one.
    for (let before = -1; before !== this.#received;) {
      before = this.#received;
      await this.#until(() => [...this.#actors.values()].every(({ notes }) => !notes.isResting), 'the end of a rest');
      await this.#settled();
    }
    if (expected !== undefined)
      await this.#until(() => {
        return [...this.#actors].every(([name, { notes, hidden }]) => {
          const mark = expected[name];
          if (mark === undefined) return true;
          const isUdp = name.startsWith('udp');
          return (
            notes.lines.length >= mark.lines &&
            notes.received >= mark.bytes &&
            (isUdp ? hidden >= mark.hidden : hidden <= mark.hidden)
          );
        });
      }, 'as much as on the other network');
    const marks = [...this.#actors].map(([name, { notes, hidden }]) => {
      return [name, { lines: notes.lines.length, bytes: notes.received, hidden }] as const;
    });
    this.#marks.push(Object.fromEntries(marks));
  }

  get #received(): number {
    return [...this.#actors.values()].reduce((sum, { notes }) => sum + notes.received, 0);
  }

  async #settled(): Promise<void> {
    await stage().bench.settled();
  }

  async #until(holds: () => boolean, what: string): Promise<void> {
    await stage()
      .bench.till(holds, PATIENCE)
      .catch(() => {});
    if (holds()) return;
    const seen = [...this.#actors].map(([name, { notes, hidden }]) => `${name} (${hidden}): ${notes.lines.join('; ')}`);
    throw new Error(`not seen: ${what}, after ${JSON.stringify(this.#acts)}; but\n${seen.join('\n')}`);
  }
}

const AT = { host: '127.0.0.1', port: 0 } as const;
/** No script ends by a time. */
const LONG = 60_000;
