import {
  type DisconnectInfo,
  type SendResult,
  type TcpClient,
  type TcpConnection,
  TimerSingleShot,
  UdpSocket,
} from '../../src/index.js';
import type { PeerSocket } from '../support/sockets.js';
import { stage } from '../support/stage.js';
import { Notes, pattern, shown } from './notes.js';
import { BUFFERED, type Doing, type Sending, sizeOf } from './script.js';

/** One that takes part in a script, and writes down what it sees. */
export interface Actor {
  readonly notes: Notes;
  do(doings: readonly Doing[]): void;
  /** Bytes that have not left the process, or datagrams dropped: what the others cannot see. */
  readonly hidden: number;
  /** What it counts at the end. */
  readonly counts: unknown;
}

/** For so long one that is slow reads nothing, in ms. */
const REST = 1;
/** So often. */
const RESTS = 5;
/** An answer that was owed. */
const ANSWER = 7;

/** A connection Tonic; the two faces of {@link scribe}. */
type Scribe = (TcpConnection | TcpClient) & {
  ttsc__do(body: () => void): void;
  say(bytes: Buffer): SendResult;
  owe(answer: Promise<() => void>): void;
};

/** A class of connections that writes down what it hears. */
export function scribe<C extends new (...args: any[]) => TcpConnection<any>>(Base: C, notes: Notes) {
  return class extends (Base as unknown as new (...args: any[]) => TcpConnection) {
    ttsc__do(body: () => void): void {
      body();
    }
    say(bytes: Buffer): SendResult {
      return this.send(bytes);
    }
    owe(answer: Promise<() => void>): void {
      this.pipe(answer, this.ttsc__do);
    }
    tts__readOn(): void {
      notes.isResting = false;
      if (!notes.isPaused) this.ttsc__resume();
    }
    override ttse__onConnected(): void {
      notes.add('connected');
    }
    override ttse__onData(bytes: Buffer): void {
      notes.bytes(bytes);
      if (notes.rests === 0 || notes.isResting) return;
      notes.rests--;
      notes.isResting = true;
      this.ttsc__pause();
      new TimerSingleShot({ seconds: REST / 1_000, sparkleBack: this.tts__readOn });
    }
    override ttse__onEnd(): void {
      notes.add('end');
    }
    override ttse__onError(error: Error): void {
      notes.add(shown(error));
    }
    override ttse__onDisconnected({ reason, discarded }: DisconnectInfo): void {
      notes.over = true;
      notes.isResting = false;
      notes.add(`gone: ${reason}${discarded > 0 ? `, ${discarded} bytes unsent` : ''}`);
    }
  } as unknown as new (...args: ConstructorParameters<C>) => Scribe;
}

export class TonicActor implements Actor {
  #sent = 0;
  readonly #owed: (() => void)[] = [];
  constructor(
    readonly tonic: Scribe,
    readonly notes: Notes,
  ) {}

  get hidden(): number {
    return this.tonic.unsentBytes;
  }
  get counts(): unknown {
    const { receivedBytes, sentBytes, sentMessages } = this.tonic.traffic;
    return { phase: this.tonic.phase, receivedBytes, sentBytes, sentMessages };
  }

  do(doings: readonly Doing[]): void {
    const isMuch = doings.reduce((sum, doing) => sum + sizeOf(doing), 0) > BUFFERED;
    this.tonic.ttsc__do(() => {
      for (const doing of doings) this.#doOne(doing, isMuch);
    });
  }

  #doOne(doing: Doing, isMuch: boolean): void {
    switch (doing) {
      case 'end':
        return this.tonic.ttsc__end();
      case 'close':
        return this.tonic.ttsc__close();
      case 'finish':
        return this.tonic.ttsc__finish();
      case 'abort':
        return this.tonic.ttsc__abort();
      case 'pause':
        this.notes.isPaused = true;
        return this.tonic.ttsc__pause();
      case 'resume':
        this.notes.isPaused = false;
        return this.tonic.ttsc__resume();
      case 'slows':
        this.notes.rests = RESTS;
        return undefined;
      case 'owes':
        return this.#owe();
      case 'answers':
        return this.#owed.shift()?.();
      default:
        return this.#send(doing, isMuch);
    }
  }

  #owe(): void {
    const answer = (): void => {
      const result = this.tonic.say(pattern(this.#sent, ANSWER));
      this.#sent += ANSWER;
      // Whether it waits depends on what was sent with it.
      this.notes.add(`answers: ${result === 'waiting' ? 'sent' : result}`);
    };
    this.tonic.owe(new Promise((resolve) => this.#owed.push(() => resolve(answer))));
  }

  #send({ send, asOrders }: Sending, isMuch: boolean): void {
    const results = send.map((size) => {
      const bytes = pattern(this.#sent, size);
      this.#sent += size;
      return asOrders ? this.tonic.ttsc__send(bytes) : this.tonic.say(bytes);
    });
    // Whether a kernel takes much at once is its affair.
    const told = isMuch ? results.map((result) => (result === 'waiting' ? 'sent' : result)) : results;
    if (!asOrders) this.notes.add(`sends: ${told.join()}`);
  }
}

/** A plain socket. */
export class PlainActor implements Actor {
  readonly notes = new Notes();
  #sent = 0;

  constructor(readonly socket: PeerSocket) {
    socket.on('connect', () => this.notes.add('connected'));
    socket.on('data', (bytes: Buffer) => this.#heard(bytes));
    socket.on('end', () => this.notes.add('end'));
    socket.on('error', (error: Error) => this.notes.add(shown(error)));
    socket.on('close', () => {
      this.notes.over = true;
      this.notes.isResting = false;
      this.notes.add('closed');
    });
  }

  #heard(bytes: Buffer): void {
    this.notes.bytes(bytes);
    if (this.notes.rests === 0 || this.notes.isResting) return;
    this.notes.rests--;
    this.notes.isResting = true;
    this.socket.pause();
    stage().bench.clock.setTimer(
      () => {
        this.notes.isResting = false;
        if (!this.notes.isPaused) this.socket.resume();
      },
      REST,
      true,
    );
  }

  get hidden(): number {
    return this.socket.writableLength;
  }
  get counts(): unknown {
    return { destroyed: this.socket.destroyed };
  }

  do(doings: readonly Doing[]): void {
    for (const doing of doings) this.#doOne(doing);
  }

  #doOne(doing: Doing): void {
    const { socket } = this;
    switch (doing) {
      case 'end':
      case 'finish':
        return void socket.end();
      case 'close':
        return void socket.destroy();
      case 'abort':
        return void socket.resetAndDestroy();
      case 'pause':
        this.notes.isPaused = true;
        return void socket.pause();
      case 'resume':
        this.notes.isPaused = false;
        return void socket.resume();
      case 'slows':
        this.notes.rests = RESTS;
        return undefined;
      case 'owes':
      case 'answers':
        return undefined;
      default:
        // What is written after the end is a mistake that a stream of Node's reports by itself.
        if (!socket.writable) return;
        for (const size of doing.send) {
          socket.write(pattern(this.#sent, size));
          this.#sent += size;
        }
    }
  }
}

/** A datagram socket that sends to another one. */
export class UdpActor implements Actor {
  readonly notes: Notes;
  readonly socket: UdpSocket & { ttsc__do(body: () => void): void; say(bytes: Buffer): SendResult };
  to: UdpActor | undefined;
  #sent = 0;

  constructor() {
    const notes = (this.notes = new Notes());
    this.socket = new (class extends UdpSocket {
      ttsc__do(body: () => void): void {
        body();
      }
      say(bytes: Buffer): SendResult {
        return this.send(bytes, to.to!.socket.local);
      }
      override ttse__onListening(): void {
        notes.add('listening');
      }
      override ttse__onDatagram(bytes: Buffer): void {
        const [at = 0] = bytes;
        notes.received += bytes.length;
        notes.add(`datagram ${bytes.equals(pattern(at, bytes.length)) ? '' : 'with other bytes '}of ${bytes.length}`);
      }
      override ttse__onError(error: Error): void {
        notes.add(shown(error));
      }
    })({ host: '127.0.0.1' });
    const to = this; // eslint-disable-line @typescript-eslint/no-this-alias -- two classes meet here
  }

  get hidden(): number {
    return this.socket.traffic.dropped;
  }
  get counts(): unknown {
    return { phase: this.socket.phase, ...this.socket.traffic };
  }

  do(doings: readonly Doing[]): void {
    this.socket.ttsc__do(() => {
      for (const doing of doings)
        if (doing === 'pause') this.socket.ttsc__pause();
        else if (doing === 'resume') this.socket.ttsc__resume();
        else if (typeof doing === 'object') this.#send(doing);
    });
  }

  #send({ send, asOrders }: Sending): void {
    for (const size of send) {
      const bytes = pattern(this.#sent++ & 0xff, size);
      if (asOrders) this.socket.ttsc__send(bytes, this.to!.socket.local);
      else this.notes.add(this.socket.say(bytes));
    }
  }
}
