import '../../../src/compose.js';
// Answers framed requests: 4 bytes that say how long the reply is. A reply says its own length first, in 4 bytes, which are part of it.
// Its arguments are JSON: how long an answer takes, and how long the end may take.
import {
  Formula,
  type FormulaData,
  type ListenInfo,
  TcpConnection,
  TcpServer,
  TimerSingleShot,
  Tonic,
} from 'tasktonic';
import { tell } from './control.js';

const {
  work = 'none',
  grace,
  drains = true,
} = JSON.parse(process.argv[2] ?? '{}') as {
  /** What an answer takes: nothing, some orders, or time. */
  work?: 'none' | 'orders' | 'time';
  grace?: number;
  /** Whether connections come to the end of their draining. */
  drains?: boolean;
};
const STEPS = 12;
let read = 0;

class Frames extends TcpConnection {
  #rest: Buffer = Buffer.alloc(0);

  ttse__onData(data: Buffer): void {
    let rest = this.#rest.length === 0 ? data : Buffer.concat([this.#rest, data]);
    for (; rest.length >= 4; rest = rest.subarray(4)) this.take(rest.readUInt32BE(0));
    this.#rest = rest;
  }
  protected take(length: number): void {
    read++;
    if (work === 'orders') this.ttsc__step(length, STEPS);
    else this.send(reply(length));
  }
  ttsc__step(length: number, left: number): void {
    if (left > 0) this.ttsc__step(length, left - 1);
    else this.ttsc__send(reply(length));
  }
}

/** Answers later, so it has to say when it has. */
class SlowFrames extends Frames {
  readonly #open: number[] = [];
  #draining = false;

  protected override take(length: number): void {
    read++;
    if (this.#open.push(length) === 1) new TimerSingleShot({ seconds: 0.02 });
  }
  ttse__onTimer(): void {
    this.send(reply(this.#open.shift()!));
    if (this.#open.length > 0) new TimerSingleShot({ seconds: 0.02 });
    else if (this.#draining) this.ttsc__drainedIfDone();
  }
  ttse__onDraining(): void {
    this.#draining = true;
    // From now on nothing is read; what was read waits before this order.
    this.ttsc__pause();
    this.ttsc__drainedIfDone();
  }
  ttsc__drainedIfDone(): void {
    if (drains && this.#open.length === 0) this.drained();
  }
}

function reply(length: number): Buffer {
  const bytes = Buffer.alloc(length, length % 251);
  bytes.writeUInt32BE(length, 0);
  return bytes;
}

class Main extends Tonic {
  ttse__onStart(): void {
    const protocol = work === 'time' ? SlowFrames : Frames;
    new TcpServer({ name: 'frames', port: 0, host: '127.0.0.1', protocol, drainTimeout: 30_000 });
  }
  ttse__onListening({ port }: ListenInfo): void {
    tell('listening', { port });
  }
}

class App extends Formula {
  protected override creatingFormula(): FormulaData {
    return { log: { to: 'json' }, shutdown: { grace } };
  }
  protected creatingStartingTonics(): void {
    new Main({ name: 'main', drainTimeout: 30_000 });
  }
}

process.channel?.unref();
// A test that waits for a signal to have come asks for no more than that.
process.on('SIGTERM', () => tell('terminating'));
const { exitCode, signal } = await App.run();
tell('ended', { read, exitCode, signal });
