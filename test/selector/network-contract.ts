import {
  type DisconnectInfo,
  type Network,
  type TaskTonicError,
  TcpClient,
  TcpConnection,
  TcpServer,
  TimerSingleShot,
  UdpSocket,
  type UdpSocketOptions,
} from '../../src/index.js';
import { shown } from '../conformance/notes.js';
import type { Bench } from '../support/bench.js';
import { type Ear, type NetApp, startNet } from '../support/net-app.js';
import type { MoreOnPort, ToPort } from '../support/on-port.js';

/** A network on which a script is played: the machine's, or one that is simulated. */
export interface Stage {
  readonly network: Network;
  readonly bench: Bench;
  /** Lets the network go on until `holds`; called again whenever something was heard, or time has passed. */
  until(holds: () => boolean, what: string): Promise<void>;
}

/**
 * One step of a script, as plain data. Who acts is `s1`, `s2` and so on for the connections that the server accepted, in that order; any
 * other name for a client or a datagram socket.
 */
export type Step =
  | readonly ['listen', name: string, options?: MoreOnPort]
  | readonly ['connect', name: string, to: string, options?: Partial<ToPort>]
  | readonly ['bind', name: string, options?: UdpSocketOptions & { readonly toPortOf?: string }]
  | readonly ['send', name: string, data: string | number]
  | readonly ['sendTo', name: string, to: string, data: string | number]
  | readonly ['end' | 'close' | 'abort' | 'pause' | 'resume', name: string]
  /** From now on it reads slowly: each time that it has heard bytes it pauses for a moment. */
  | readonly ['slows', name: string]
  /** From now on it owes an answer, which comes when it is told to answer. */
  | readonly ['owes', name: string]
  | readonly ['answers', name: string, data: string]
  /** Waits until this was heard, the beginning of a line. */
  | readonly ['hears', name: string, line: string]
  /** Waits until so many bytes were received. */
  | readonly ['has', name: string, bytes: number];

/** What each one heard, line by line; bytes that came in several pieces are one line. */
export type Heard = Readonly<Record<string, readonly string[]>>;

interface Actor {
  readonly lines: string[];
  received: number;
  isSlow: boolean;
  answer: (data: string) => void;
  tonic: TcpConnection<any> | TcpServer | UdpSocket | undefined;
}

/** Plays a script, and tells what was heard. Ports are shown as `PORT`, since each run has others. */
export async function play(script: readonly Step[], stage: Stage): Promise<Heard> {
  const run = new Run(stage);
  await run.begin();
  for (const step of script) await run.step(step);
  await run.end();
  return run.heard;
}

class Run {
  readonly #stage: Stage;
  readonly #actors = new Map<string, Actor>();
  #app!: NetApp;
  #accepted = 0;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  async begin(): Promise<void> {
    const { network, bench } = this.#stage;
    this.#app = await startNet(() => {}, { options: { network }, bench });
  }

  async end(): Promise<void> {
    await this.#app.over();
  }

  get heard(): Heard {
    return Object.fromEntries([...this.#actors].map(([name, { lines }]) => [name, lines]));
  }

  async step(step: Step): Promise<void> {
    switch (step[0]) {
      case 'listen':
        return this.#make(step[1], (ear, actor) => this.#listen(ear, actor, step[2]));
      case 'connect':
        return this.#make(step[1], (ear, actor) => this.#connect(ear, actor, step[2], step[3]));
      case 'bind':
        return this.#make(step[1], (ear, actor) => this.#bind(ear, actor, step[2]));
      case 'send':
        return this.#order(step[1], (tonic) => (tonic as TcpConnection).ttsc__send(data(step[2])));
      case 'sendTo':
        return this.#order(step[1], (tonic) =>
          (tonic as UdpSocket).ttsc__send(data(step[3]), { address: '127.0.0.1', port: this.#portOf(step[2]) }),
        );
      case 'slows':
        this.#actors.get(step[1])!.isSlow = true;
        return undefined;
      case 'owes':
        return this.#order(step[1], (tonic) => (tonic as unknown as Scribe).ttsc__owe());
      case 'answers':
        this.#actors.get(step[1])!.answer(step[2]);
        return undefined;
      case 'hears':
        return this.#stage.until(
          () => this.#actors.get(step[1])?.lines.some((line) => line.startsWith(step[2])) === true,
          `${step[1]} hears ${step[2]}; ${JSON.stringify(this.heard)}`,
        );
      case 'has':
        return this.#stage.until(
          () => (this.#actors.get(step[1])?.received ?? 0) >= step[2],
          `${step[1]} has ${step[2]} bytes; ${JSON.stringify(this.heard)}`,
        );
      default:
        return this.#order(step[1], (tonic) => command(tonic, step[0] as 'end'));
    }
  }

  async #make(name: string, make: (ear: Ear, actor: Actor) => Actor['tonic']): Promise<void> {
    const actor = this.#actor(name);
    await this.#app.inside((ear) => void (actor.tonic = make(ear, actor)));
  }

  async #order(name: string, order: (tonic: NonNullable<Actor['tonic']>) => void): Promise<void> {
    await this.#app.inside(() => order(this.#actors.get(name)!.tonic!));
  }

  #actor(name: string): Actor {
    const actor: Actor = { lines: [], received: 0, isSlow: false, answer: () => {}, tonic: undefined };
    this.#actors.set(name, actor);
    return actor;
  }

  #listen(_ear: Ear, actor: Actor, options: MoreOnPort = {}): TcpServer {
    const protocol = (): TcpConnection => {
      const accepted = this.#actor(`s${++this.#accepted}`);
      const connection = new (scribe(TcpConnection, accepted))();
      accepted.tonic = connection;
      return connection;
    };
    const Server = class extends TcpServer {
      ttse__onListening(): void {
        actor.lines.push('listening');
      }
      override ttse__onError(error: TaskTonicError): void {
        actor.lines.push(shown(error));
      }
      override ttse__onTurnedAway({ reason }: { readonly reason: string }): void {
        actor.lines.push(`turned away: ${reason}`);
      }
    };
    return new Server({ port: 0, host: '127.0.0.1', ...options, protocol });
  }

  #connect(_ear: Ear, actor: Actor, to: string, options: Partial<ToPort> = {}): TcpClient {
    // A port that nobody has; 1 needs rights that nobody who runs this uses.
    const port = this.#actors.has(to) ? this.#portOf(to) : 1;
    return new (scribe(TcpClient, actor))({ host: '127.0.0.1', port, retries: 0, ...options });
  }

  #bind(
    _ear: Ear,
    actor: Actor,
    { toPortOf, ...options }: UdpSocketOptions & { readonly toPortOf?: string } = {},
  ): UdpSocket {
    const Socket = class extends UdpSocket {
      override ttse__onListening(): void {
        actor.lines.push('listening');
      }
      override ttse__onDatagram(bytes: Buffer, from: { readonly address: string }): void {
        actor.received += bytes.length;
        actor.lines.push(`${bytes.length > 40 ? `${bytes.length} bytes` : String(bytes)} from ${from.address}`);
      }
      override ttse__onError(error: TaskTonicError): void {
        actor.lines.push(shown(error));
      }
    };
    const remote = toPortOf === undefined ? undefined : { host: '127.0.0.1', port: this.#portOf(toPortOf) };
    return new Socket({ host: '127.0.0.1', ...(remote && { remote }), ...options });
  }

  /** Where a server listens or a socket is bound; 1 for one that is not there. */
  #portOf(name: string): number {
    const { tonic } = this.#actors.get(name) ?? {};
    return (tonic as TcpServer | undefined)?.local?.port ?? 1;
  }
}

interface Scribe {
  ttsc__owe(): void;
}

/** A class of connections that writes down what it hears. */
function scribe<C extends new (options?: any) => TcpConnection<any>>(Base: C, actor: Actor): C {
  const last = (): string => actor.lines.at(-1) ?? '';
  let pieces = '';
  return class extends (Base as unknown as new (...args: any[]) => TcpConnection) {
    ttsc__owe(): void {
      const answer = new Promise<string>((resolve) => (actor.answer = resolve));
      this.pipe(answer, this.ttsc__answer);
    }
    ttsc__answer(data: string): void {
      this.send(data);
    }
    tts__readOn(): void {
      this.ttsc__resume();
    }
    override ttse__onConnected(): void {
      actor.lines.push('connected');
    }
    override ttse__onData(bytes: Buffer): void {
      actor.received += bytes.length;
      const goesOn = last().startsWith('data ');
      pieces = goesOn ? pieces + bytes.toString('latin1') : bytes.toString('latin1');
      const line = `data ${pieces.length > 40 ? `of ${pieces.length} bytes` : pieces}`;
      if (goesOn) actor.lines[actor.lines.length - 1] = line;
      else actor.lines.push(line);
      if (!actor.isSlow) return;
      this.ttsc__pause();
      new TimerSingleShot({ seconds: 0.001, sparkleBack: this.tts__readOn });
    }
    override ttse__onHighWater(): void {
      actor.lines.push('high water');
    }
    override ttse__onDrain(): void {
      actor.lines.push('drain');
    }
    override ttse__onEnd(): void {
      actor.lines.push('end');
    }
    override ttse__onError(error: TaskTonicError): void {
      actor.lines.push(shown(error));
    }
    override ttse__onDisconnected({ reason, discarded }: DisconnectInfo): void {
      actor.lines.push(`gone: ${reason}${discarded > 0 ? ', with bytes unsent' : ''}`);
    }
  } as unknown as C;
}

function data(given: string | number): string | Buffer {
  return typeof given === 'number' ? Buffer.alloc(given, 'x') : given;
}

function command(tonic: NonNullable<Actor['tonic']>, what: 'end' | 'close' | 'abort' | 'pause' | 'resume'): void {
  const connection = tonic as TcpConnection;
  switch (what) {
    case 'end':
      return connection.ttsc__end();
    case 'close':
      return connection.ttsc__close();
    case 'abort':
      return connection.ttsc__abort();
    case 'pause':
      return connection.ttsc__pause();
    case 'resume':
      return connection.ttsc__resume();
  }
}
