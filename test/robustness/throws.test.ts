import { expect } from 'chai';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, type Socket, createServer } from 'node:net';
import {
  Catalyst,
  type InfusionFailure,
  type ListenInfo,
  SelectorCatalyst,
  TcpClient,
  TcpConnection,
  TcpServer,
  TimerPausing,
  TimerRepeat,
  TimerSingleShot,
  Tonic,
  UdpSocket,
} from '../../src/index.js';
import { type App, ERROR } from '../support/app.js';
import { tonicClass } from '../support/classes.js';
import { Later, until } from './support/later.js';
import { Echo, endApps, startNetworkApp } from './support/network-app.js';
import { Peer, closePeers } from './support/peer.js';
import { howMany } from '../support/how-many.js';

// Each kind of Tonic, and each of its hooks, which throws. A kind says how to make one; a hook, how it comes to run.

const KINDS = {
  Tonic,
  Catalyst,
  SelectorCatalyst,
  TimerSingleShot,
  TimerRepeat,
  TimerPausing,
  TcpServer,
  TcpConnection,
  TcpClient,
  UdpSocket,
};
type KindName = keyof typeof KINDS;

/** The Tonic that throws, with what its parents keep for subclasses. */
interface Subject {
  readonly finished: boolean;
  toState(state: string): void;
  send(data: unknown, to?: unknown): void;
  pipe(promise: Promise<unknown>, onValue: (value: never) => void): void;
  ttsc__finish(): void;
  ttsc__next(): void;
  ttsc__command(): void;
  ttsc__promise(): void;
  ttse__onValue(): void;
}
type Method = (this: Subject, ...args: never[]) => unknown;

interface Hook {
  /** What leads to it within the Tonic. */
  readonly methods?: Readonly<Record<string, Method>>;
  /** What leads to it from outside, once the app runs. */
  readonly act?: (stage: Stage) => Promise<void> | void;
  readonly options?: (stage: Stage) => object;
  /** It runs when its Tonic is on its way out already, so nothing can keep that. */
  readonly atTheEnd?: true;
}

const boom = (): never => {
  throw new Error('boom');
};
/** Throws once: what runs again when the app ends (an `onExit`) has done its part. */
const boomOnce = (): (() => void) => {
  let thrown = false;
  return () => {
    if (!thrown) throw ((thrown = true), new Error('boom'));
  };
};
const free = { port: 0, host: '127.0.0.1' } as const;

const finishing = {
  ttse__onStart(this: Subject) {
    this.ttsc__finish();
  },
};
const inStateA = {
  ttse__onStart(this: Subject) {
    this.toState('a');
  },
};
const inStateAThenB = {
  ttse__onStart(this: Subject) {
    this.toState('a');
    this.ttsc__next();
  },
  ttsc__next(this: Subject) {
    this.toState('b');
  },
};
const Short = tonicClass({
  ttse__onStart() {
    this.ttsc__finish();
  },
});
const Failing = tonicClass({
  ttse__onStart() {
    throw new Error('the infusion of the one that is tested');
  },
});

const OF_EVERY_TONIC: Readonly<Record<string, Hook>> = {
  constructor: {},
  ttse__onStart: {},
  ttsc__command: { act: async ({ subject }) => (await subject.value).ttsc__command() },
  ttse__onEnter: { methods: inStateA },
  ttse_a__onEnter: { methods: inStateA },
  ttse__onExit: { methods: inStateAThenB },
  ttse_a__onExit: {
    methods: {
      ttse__onStart() {
        this.toState('a');
        this.ttsc__finish();
      },
    },
    atTheEnd: true,
  },
  ttse__onDraining: { methods: finishing, atTheEnd: true },
  ttse__onFinished: { methods: finishing, atTheEnd: true },
  ttse__onFailure: { methods: { ttse__onStart: boom }, atTheEnd: true },
  ttse__onInfusionFinished: { methods: { ttse__onStart: () => void new Short() } },
  ttse__onInfusionFailed: { methods: { ttse__onStart: () => void new Failing() } },
  ttse__onTimer: { methods: { ttse__onStart: () => void new TimerSingleShot({ seconds: 0.001 }) } },
  ttse__onLightsOff: { methods: { ttse__onStart: () => void new TimerRepeat({ seconds: 0.001, name: 'lightsOff' }) } },
  ttse__onValue: {
    methods: {
      ttse__onStart() {
        this.pipe(Promise.resolve(1), this.ttse__onValue);
      },
    },
  },
  ttsc__promise: { act: async ({ subject }) => (await subject.value).ttsc__promise() },
};

const connectedAndSends = (bytes: number) => ({
  ttse__onConnected(this: Subject) {
    this.send(Buffer.alloc(bytes));
  },
});

const OF_EVERY_CONNECTION: Readonly<Record<string, Hook>> = {
  ttse__onConnected: {},
  ttse__onData: { act: async ({ peer }) => (await peer.value).send('hello') },
  ttse__onEnd: { act: async ({ peer }) => void (await peer.value).socket.end() },
  ttse__onDisconnected: { act: async ({ peer }) => void (await peer.value).socket.end(), atTheEnd: true },
  ttse__onHighWater: { methods: connectedAndSends(16_000_000) },
  ttse__onDrain: { methods: connectedAndSends(16_000_000) },
  ttse__onError: { methods: connectedAndSends(17_000_000), options: () => ({ onUnsentLimit: 'refuse' }) },
};

const HOOKS: Readonly<Record<KindName, Readonly<Record<string, Hook>>>> = {
  Tonic: OF_EVERY_TONIC,
  Catalyst: OF_EVERY_TONIC,
  SelectorCatalyst: OF_EVERY_TONIC,
  TimerSingleShot: OF_EVERY_TONIC,
  TimerRepeat: OF_EVERY_TONIC,
  TimerPausing: OF_EVERY_TONIC,
  TcpServer: {
    ...OF_EVERY_TONIC,
    ttse__onListening: {},
    ttse__onTurnedAway: { options: () => ({ maxConnections: 0 }), act: async (stage) => void (await stage.connect()) },
    // Of connections that have no protocol of their own:
    ttse__onConnected: { act: async (stage) => void (await stage.connect()) },
    ttse__onData: { act: async (stage) => (await stage.connect()).send('hello') },
    ttse__onEnd: { act: async (stage) => void (await stage.connect()).socket.end() },
    ttse__onDisconnected: { act: async (stage) => void (await stage.connect()).socket.end() },
    ttse__onError: { options: ({ takenPort }) => ({ port: takenPort }), atTheEnd: true },
  },
  TcpConnection: { ...OF_EVERY_TONIC, ...OF_EVERY_CONNECTION },
  TcpClient: { ...OF_EVERY_TONIC, ...OF_EVERY_CONNECTION },
  UdpSocket: {
    ...OF_EVERY_TONIC,
    ttse__onListening: {},
    ttse__onDatagram: { act: async ({ port }) => sendDatagram(await port.value) },
    ttse__onError: {
      methods: {
        ttse__onListening() {
          this.send(Buffer.alloc(70_000), { address: '127.0.0.1', port: 9 });
        },
      },
    },
  },
};

type SubjectClass = new (options?: object) => Subject;

function classThatThrows(
  kind: KindName,
  name: string,
  { methods }: Hook,
  more: Readonly<Record<string, Method>>,
): SubjectClass {
  const parent = KINDS[kind] as unknown as typeof Tonic<string>;
  const throws = name === 'ttsc__promise' ? () => Promise.reject(new Error('boom')) : boomOnce();
  const Made = tonicClass(
    { ...methods, ...(name !== 'constructor' && { [name]: throws }), ...more } as never,
    {},
    parent,
  );
  if (name !== 'constructor') return Made as unknown as SubjectClass;
  return class Constructed extends Made {
    constructor(options?: object) {
      super(options);
      boom();
    }
  } as unknown as SubjectClass;
}

/** Who is there to hear of a throw. */
type Hearer = 'its base' | 'itself' | 'nobody';

/** An app with the Tonic that throws, its base, and a bystander. */
class Stage {
  readonly started = new Later<App>();
  app!: App;
  readonly subject = new Later<Subject>();
  /** The other end of a connection that throws. */
  readonly peer = new Later<Peer>();
  /** Where the Tonic that throws listens. */
  readonly port = new Later<number>();
  /** What its base, or what it itself, heard. */
  readonly heard = new Later<Error>();
  readonly heardItself = new Later<{ readonly error: Error; readonly sparkle: string | undefined }>();
  /** A port that somebody else listens on. */
  takenPort = 0;
  /** Of a connection that throws. */
  server: TcpServer | undefined;
  subjectClass!: SubjectClass;
  readonly #bystander = new Later<number>();
  readonly #listener = createServer((socket: Socket) => this.peer.resolve(new Peer(socket)));

  async play(kind: KindName, name: string, hook: Hook, hearer: Hearer): Promise<this> {
    this.#listener.listen(0, '127.0.0.1');
    await once(this.#listener, 'listening');
    this.takenPort = (this.#listener.address() as AddressInfo).port;
    const { heardItself } = this;
    const hears = {
      ttse__onFailure(error: Error, { sparkle }: { sparkle: string | undefined }) {
        heardItself.resolve({ error, sparkle });
      },
    };
    this.subjectClass = classThatThrows(kind, name, hook, hearer === 'itself' ? (hears as Record<string, Method>) : {});
    this.app = await startNetworkApp(() =>
      this.#makeMain(() => this.#makeSubject(kind, hook.options?.(this) ?? {}), hearer),
    );
    this.started.resolve(this.app);
    if (kind === 'TcpConnection') this.peer.resolve(await Peer.connect(await this.port.value));
    await this.theRestGoesOn();
    await hook.act?.(this);
    return this;
  }

  async connect(): Promise<Peer> {
    return Peer.connect(await this.port.value);
  }

  async theRestGoesOn(): Promise<void> {
    const peer = await Peer.connect(await this.#bystander.value);
    await peer.echo('still there?');
    peer.socket.destroy();
  }

  async subjectIsGone(): Promise<void> {
    await until(
      () => ![...this.app.ledger].some((tonic) => tonic instanceof this.subjectClass),
      'it leaves the Ledger',
    );
  }

  close(): void {
    this.#listener.close();
  }

  #makeMain(makeSubject: () => void, hearer: Hearer): void {
    const { port, heard } = this;
    const bystander = this.#bystander;
    class Bystander extends TcpServer {
      override ttse__onListening(info: ListenInfo): void {
        bystander.resolve(info.port);
      }
    }
    new Bystander({ ...free, protocol: Echo });
    class Main extends Tonic {
      ttse__onStart(): void {
        makeSubject();
      }
      ttse__onListening(info: ListenInfo): void {
        port.resolve(info.port);
      }
    }
    class HearingMain extends Main {
      override ttse__onInfusionFailed({ error }: InfusionFailure): void {
        heard.resolve(error);
      }
      override ttse__onFailure(error: Error): void {
        heard.resolve(error);
      }
    }
    if (hearer === 'its base') new HearingMain();
    else new Main();
  }

  #makeSubject(kind: KindName, options: object): void {
    const { subjectClass: Made } = this;
    const made = (more?: object): Subject => {
      const subject = new Made(more && { ...more, ...options });
      this.subject.resolve(subject);
      return subject;
    };
    if (kind === 'TcpConnection') this.server = new TcpServer({ ...free, ...options, protocol: () => made() as never });
    else if (kind === 'TcpClient') made({ host: '127.0.0.1', port: this.takenPort, retries: 0 });
    else if (kind === 'TcpServer' || kind === 'UdpSocket') made(free);
    else if (kind.startsWith('Timer')) made({ hours: 1 });
    else made({});
  }
}

async function sendDatagram(port: number): Promise<void> {
  const socket = createSocket('udp4');
  socket.send('hello', port, '127.0.0.1', () => socket.close());
  await once(socket, 'close');
}

function causes(error: unknown): unknown[] {
  return error instanceof Error ? [error.message, ...causes(error.cause)] : [];
}

/** Of what each kind has from Tonic, every third in npm test, each time another third. */
function isTried(kind: KindName, hook: string, at: number): boolean {
  const isOwn = kind === 'Tonic' || OF_EVERY_TONIC[hook] === undefined;
  return isOwn || (at + Object.keys(KINDS).indexOf(kind)) % howMany(3, 1) === 0;
}

describe('A throw', () => {
  let stage: Stage;
  beforeEach(() => (stage = new Stage()));
  afterEach(async () => {
    stage.close();
    await closePeers();
    await endApps();
  });

  for (const [kind, hooks] of Object.entries(HOOKS) as [KindName, Readonly<Record<string, Hook>>][]) {
    describe(`of a ${kind}`, () => {
      for (const [name, hook] of Object.entries(hooks).filter(([hook], at) => isTried(kind, hook, at))) {
        const logged = (): void => {
          const errors = stage.app.lines.filter(({ level, err }) => level >= ERROR && err?.message === 'boom');
          expect(errors.length, 'times that the log tells of it').to.be.at.least(1);
        };

        if (kind === 'TcpConnection') {
          it(`in ${name} closes that connection, and the server counts it`, async () => {
            await stage.play(kind, name, hook, 'nobody');
            await (
              await stage.peer.value
            ).closed;
            await stage.subjectIsGone();
            await stage.theRestGoesOn();
            expect(stage.server!.counts.failed).to.equal(1);
            logged();
            expect((await stage.app.finish()).result.exitCode).to.equal(0);
          });
        } else {
          it(`in ${name} is heard by its base, and the rest goes on`, async () => {
            await stage.play(kind, name, hook, 'its base');
            expect(causes(await stage.heard.value)).to.include('boom');
            await stage.subjectIsGone();
            await stage.theRestGoesOn();
            logged();
            expect((await stage.app.finish()).result.exitCode).to.equal(0);
          });

          it(`in ${name} that nobody hears of ends the app with exit code 1`, async () => {
            // It may end before all of this has happened.
            void stage.play(kind, name, hook, 'nobody').catch(() => {});
            const { result } = await (await stage.started.value).ended;
            expect(result.exitCode).to.equal(1);
            expect(causes(result.error)).to.include('boom');
            logged();
          });
        }

        if (hook.atTheEnd || name === 'constructor') continue;
        it(`in ${name} that it handles itself lets it go on`, async () => {
          await stage.play(kind, name, hook, 'itself');
          const { error, sparkle } = await stage.heardItself.value;
          expect(error.message).to.equal('boom');
          expect(sparkle).to.equal(name.replace('_a__', '__'));
          await stage.theRestGoesOn();
          logged();
          if (name !== 'ttse__onEnd') expect((await stage.subject.value).finished).to.equal(false);
          expect((await stage.app.finish()).result.exitCode).to.equal(0);
        });
      }
    });
  }
});
