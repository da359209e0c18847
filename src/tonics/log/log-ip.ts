import type * as v from 'valibot';
import type { ClockTimer } from '../../core/time/clock.js';
import type { LogContext, LogSink } from '../../core/log-sink.js';
import { type IpLogOptions, ipLogSchema } from '../../log/log-options.js';
import { parseOptions } from '../../core/options/option-schema.js';
import { nodeNetwork } from '../../selector/node/node-network.js';
import type { Network, StreamChannel } from '../../selector/network.js';
import { SelectorCatalyst } from '../../selector/selector-catalyst.js';
import { Dialler } from '../tcp/client/dialler.js';
import type { DialDependencies } from '../tcp/client/dialler-dependencies.js';
import { LogBacklog } from '../../log/log-backlog.js';
import { LogLink, PolledKey } from './log-link.js';

/** With so many bytes given to the network and not left, the rest waits where it can still be dropped. */
const IN_FLIGHT = 64 * 1024;

/** How it dials, beside what its options say. */
const DIAL = {
  family: 0,
  stream: { noDelay: true, keepAlive: 60_000 },
  // It tries as long as the app runs.
  retries: Infinity,
  giveUpAfter: Infinity,
  // One that accepts and resets is as one that is not there.
  stableAfter: 5_000,
} as const;

/** The log service `ip`. */
export function openIp(options: IpLogOptions | undefined, context: LogContext): LogSink {
  return new IpSink(parseOptions(ipLogSchema, options ?? {}, 'log/ip'), context);
}

/**
 * Sends lines to a viewer over TCP. A line costs its sparkle a place in a list; everything else happens in the check phase, where a
 * connection that the {@link Dialler} has opened takes lines as fast as it can and no faster.
 */
class IpSink implements LogSink {
  readonly #settings: v.InferOutput<typeof ipLogSchema>;
  readonly #context: LogContext;
  readonly #backlog: LogBacklog;
  readonly #dialler: Dialler<PolledKey>;
  /** The connection that is open. */
  #link: LogLink | undefined;
  #deadline: ClockTimer;
  #pumping = false;
  #toldAbsent = false;
  #closed = false;
  /** It is to end: called when it has. */
  #whenClosed: (() => void) | undefined;

  constructor(settings: v.InferOutput<typeof ipLogSchema>, context: LogContext) {
    this.#settings = settings;
    this.#context = context;
    this.#backlog = new LogBacklog(settings.backlog, (dropped) => this.#note(dropped));
    this.#dialler = new Dialler(
      meansOf(context),
      { ...DIAL, ...settings },
      {
        opened: (stream, key) => this.#opened(stream, key),
        tryFailed: (error) => this.#tryFailed(error),
        gaveUp: () => {},
      },
    );
    // Not before the main Catalyst is there, which has the network.
    context.clock.afterPoll(() => {
      if (!this.#closed) this.#dialler.dial();
    });
  }

  write(line: string): void {
    this.#backlog.push(line);
    if (this.#link === undefined || this.#pumping) return;
    this.#pumping = true;
    this.#context.clock.afterPoll(() => this.#pump());
  }

  /** What waits leaves, as far as a viewer is there and takes it. */
  async close(): Promise<void> {
    if (this.#closed || this.#whenClosed !== undefined) return;
    const { clock, closeTimeout } = this.#context;
    await new Promise<void>((resolve) => {
      this.#whenClosed = resolve;
      if (this.#dialler.phase === 'waiting') return this.#ended();
      this.#deadline = clock.setTimer(() => this.#ended(), closeTimeout);
      if (this.#link !== undefined) this.#pump();
      return undefined;
    });
  }

  #opened(stream: StreamChannel, key: PolledKey): void {
    this.#link = new LogLink(stream, key, {
      drained: () => this.#pump(),
      lost: () => this.#lost(),
    });
    this.#pump();
  }

  /** Gives the network what it takes, and looks whether the end can come. */
  #pump(): void {
    this.#pumping = false;
    const link = this.#link;
    if (link === undefined) return;
    this.#backlog.left(link.unsent);
    for (let free = IN_FLIGHT - link.unsent; free > 0 && !this.#backlog.isEmpty; free = IN_FLIGHT - link.unsent)
      link.send(this.#backlog.take(free));
    if (this.#whenClosed === undefined || !this.#backlog.isEmpty || link.unsent > 0) return;
    this.#backlog.left(0);
    if (link.flushed) this.#ended();
    else link.end();
  }

  #lost(): void {
    if (this.#link !== undefined) this.#backlog.left(this.#link.unsent);
    this.#backlog.takeBack();
    this.#link?.close();
    this.#link = undefined;
    if (this.#whenClosed !== undefined) this.#ended();
    else this.#dialler.lost();
  }

  #tryFailed(error: Error): void {
    // Else a wrong port would look like a log without lines.
    if (!this.#toldAbsent) this.#context.say(`the log waits for its viewer at ${this.#address}: ${error.message}`);
    this.#toldAbsent = true;
    if (this.#whenClosed !== undefined) this.#ended();
  }

  #ended(): void {
    const { clock, say } = this.#context;
    if (this.#link !== undefined) this.#backlog.left(this.#link.unsent);
    this.#closed = true;
    this.#dialler.stop();
    clock.clearTimer(this.#deadline);
    this.#link?.close();
    this.#link = undefined;
    const { lines } = this.#backlog;
    if (lines > 0) say(`${lines} lines of the log did not reach the viewer at ${this.#address}`);
    this.#whenClosed?.();
  }

  get #address(): string {
    return `${this.#settings.host}:${this.#settings.port}`;
  }

  #note(dropped: number): string {
    const msg = `${dropped} lines were left out: the viewer was away or slow`;
    return `${JSON.stringify({ level: 40, time: this.#context.clock.wallTime(), dropped, msg })}\n`;
  }
}

/** What it dials with: the network of the main Catalyst, but neither its loop nor its timers, and nothing that holds the process. */
function meansOf({ clock, random, main }: LogContext): DialDependencies<PolledKey> {
  return {
    get network(): Network {
      const catalyst = main();
      return catalyst instanceof SelectorCatalyst ? (catalyst as SelectorCatalyst).network : nodeNetwork;
    },
    random,
    now: () => clock.now(),
    after(ms, due) {
      const timer = clock.setTimer(due, ms, false);
      return () => clock.clearTimer(timer);
    },
    watch: (channel, onReady) => new PolledKey(channel, clock, onReady),
  };
}
