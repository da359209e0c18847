import { UdpSocket } from '../../src/tonics/udp-socket.js';
import type { DisconnectInfo } from '../../src/tonics/disconnect.js';
import type { SendResult } from '../../src/tonics/socket-tonic.js';
import type { TcpClient } from '../../src/tonics/tcp-client.js';
import type { TcpConnection } from '../../src/tonics/tcp-connection.js';
import type { PeerSocket } from '../support/sockets.js';
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

/** A connection Tonic; the two faces of {@link scribe}. */
type Scribe = (TcpConnection | TcpClient) & { ttsc__do(body: () => void): void; say(bytes: Buffer): SendResult };

/** A class of connections that writes down what it hears. */
export function scribe<C extends new (...args: any[]) => TcpConnection<any>>(Base: C, notes: Notes) {
  return class extends (Base as unknown as new (...args: any[]) => TcpConnection) {
    ttsc__do(body: () => void): void {
      body();
    }
    say(bytes: Buffer): SendResult {
      return this.send(bytes);
    }
    override ttse__onConnected(): void {
      notes.add('connected');
    }
    override ttse__onData(bytes: Buffer): void {
      notes.bytes(bytes);
    }
    override ttse__onEnd(): void {
      notes.add('end');
    }
    override ttse__onError(error: Error): void {
      notes.add(shown(error));
    }
    override ttse__onDisconnected({ reason, discarded }: DisconnectInfo): void {
      notes.over = true;
      notes.add(`gone: ${reason}${discarded > 0 ? `, ${discarded} bytes unsent` : ''}`);
    }
  } as unknown as new (...args: ConstructorParameters<C>) => Scribe;
}

export class TonicActor implements Actor {
  #sent = 0;
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
        return this.tonic.ttsc__pause();
      case 'resume':
        return this.tonic.ttsc__resume();
      default:
        return this.#send(doing, isMuch);
    }
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
    socket.on('data', (bytes: Buffer) => this.notes.bytes(bytes));
    socket.on('end', () => this.notes.add('end'));
    socket.on('error', (error: Error) => this.notes.add(shown(error)));
    socket.on('close', () => {
      this.notes.over = true;
      this.notes.add('closed');
    });
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
        return void socket.pause();
      case 'resume':
        return void socket.resume();
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
