import * as v from 'valibot';
import type { ClockTimer } from '../core/clock.js';
import type { LogContext, LogSink } from '../core/log-sink.js';
import type { IpLogOptions } from '../core/log-targets.js';
import { nodeNetwork } from '../selector/node/node-network.js';
import type { Network } from '../selector/network.js';
import { SelectorCatalyst } from '../selector/selector-catalyst.js';
import { backoff } from './backoff.js';
import { LogBacklog } from './log-backlog.js';
import { LogLink } from './log-link.js';
import { bytes, ms, parseOptions, port, text } from '../core/option-schema.js';

const ipSchema = v.strictObject({
  host: v.optional(text, 'localhost'),
  port: port(1),
  backlog: v.optional(bytes(1_024), 1_048_576),
  connectTimeout: v.optional(ms(1), 5_000),
  retryDelay: v.optional(ms(), 500),
  retryCap: v.optional(ms(), 10_000),
});

/** With so many bytes given to the network and not left, the rest waits where it can still be dropped. */
const IN_FLIGHT = 64 * 1024;

/** The log service `ip`. */
export function openIp(options: IpLogOptions | undefined, context: LogContext): LogSink {
  return new IpSink(parseOptions(ipSchema, options ?? {}, "the log's ip"), context);
}

/**
 * Sends lines to a viewer over TCP. A line costs its sparkle a place in a list; everything else happens in the check phase, where the
 * connection is made, lost and made again, and lines are given to it as fast as it takes them and no faster.
 *
 * ```text
 * connecting -> open -> waiting -> connecting ...     each of them -> ending -> closed
 *     \__________________^
 * ```
 */
class IpSink implements LogSink {
  readonly #settings: v.InferOutput<typeof ipSchema>;
  readonly #context: LogContext;
  readonly #backlog: LogBacklog;
  #phase: 'connecting' | 'open' | 'waiting' | 'closed' = 'connecting';
  #link: LogLink | undefined;
  #timer: ClockTimer;
  #deadline: ClockTimer;
  #failures = 0;
  #openedAt = 0;
  #pumping = false;
  #toldAbsent = false;
  /** It is to end: called when it has. */
  #whenClosed: (() => void) | undefined;

  constructor(settings: v.InferOutput<typeof ipSchema>, context: LogContext) {
    this.#settings = settings;
    this.#context = context;
    this.#backlog = new LogBacklog(settings.backlog, (dropped) => this.#note(dropped));
    // Not before the main Catalyst is there, which has the network.
    context.clock.afterPoll(() => this.#connect());
  }

  write(line: string): void {
    this.#backlog.push(line);
    if (this.#phase !== 'open' || this.#pumping) return;
    this.#pumping = true;
    this.#context.clock.afterPoll(() => this.#pump());
  }

  /** What waits leaves, as far as a viewer is there and takes it. */
  async close(): Promise<void> {
    if (this.#phase === 'closed' || this.#whenClosed !== undefined) return;
    const { clock, closeTimeout } = this.#context;
    await new Promise<void>((resolve) => {
      this.#whenClosed = resolve;
      if (this.#phase === 'waiting') return this.#ended();
      this.#deadline = clock.setTimer(() => this.#ended(), closeTimeout);
      if (this.#phase === 'open') this.#pump();
      return undefined;
    });
  }

  get #network(): Network {
    const main = this.#context.main();
    return main instanceof SelectorCatalyst ? (main as SelectorCatalyst).network : nodeNetwork;
  }

  #connect(): void {
    if (this.#phase === 'closed') return;
    const { host, port, connectTimeout } = this.#settings;
    const { clock } = this.#context;
    this.#phase = 'connecting';
    this.#timer = clock.setTimer(
      () => this.#lost(new Error(`no answer within ${connectTimeout} ms`)),
      connectTimeout,
      false,
    );
    this.#link = new LogLink(this.#network, host, port, clock, {
      opened: () => this.#opened(),
      drained: () => this.#pump(),
      lost: (error) => this.#lost(error),
    });
  }

  #opened(): void {
    const { clock } = this.#context;
    clock.clearTimer(this.#timer);
    this.#phase = 'open';
    this.#openedAt = clock.now();
    this.#pump();
  }

  /** Gives the network what it takes, and looks whether the end can come. */
  #pump(): void {
    this.#pumping = false;
    const link = this.#link;
    if (this.#phase !== 'open' || link === undefined) return;
    this.#backlog.left(link.unsent);
    for (let free = IN_FLIGHT - link.unsent; free > 0 && !this.#backlog.isEmpty; free = IN_FLIGHT - link.unsent)
      link.send(this.#backlog.take(free));
    if (this.#whenClosed === undefined || !this.#backlog.isEmpty || link.unsent > 0) return;
    this.#backlog.left(0);
    if (link.flushed) this.#ended();
    else link.end();
  }

  #lost(error: Error | undefined): void {
    const { clock, random } = this.#context;
    clock.clearTimer(this.#timer);
    if (this.#phase === 'open') this.#backlog.left(this.#link!.unsent);
    this.#backlog.takeBack();
    this.#link?.close();
    this.#link = undefined;
    this.#tellAbsent(error);
    if (this.#whenClosed !== undefined) return this.#ended();
    const { retryDelay: delay, retryCap: cap } = this.#settings;
    // One that accepts and resets is as one that is not there.
    if (this.#phase === 'open' && clock.now() - this.#openedAt >= cap) this.#failures = 0;
    this.#phase = 'waiting';
    this.#timer = clock.setTimer(() => this.#connect(), backoff({ delay, cap }, ++this.#failures, random), false);
    return undefined;
  }

  #ended(): void {
    const { clock, say } = this.#context;
    if (this.#link !== undefined) this.#backlog.left(this.#link.unsent);
    this.#phase = 'closed';
    clock.clearTimer(this.#timer);
    clock.clearTimer(this.#deadline);
    this.#link?.close();
    this.#link = undefined;
    const { lines } = this.#backlog;
    if (lines > 0) say(`${lines} lines of the log did not reach the viewer at ${this.#address}`);
    this.#whenClosed?.();
  }

  /** Else a wrong port would look like a log without lines. */
  #tellAbsent(error: Error | undefined): void {
    if (this.#toldAbsent || error === undefined || this.#phase === 'open') return;
    this.#toldAbsent = true;
    this.#context.say(`the log waits for its viewer at ${this.#address}: ${error.message}`);
  }

  get #address(): string {
    return `${this.#settings.host}:${this.#settings.port}`;
  }

  #note(dropped: number): string {
    const msg = `${dropped} lines were left out: the viewer was away or slow`;
    return `${JSON.stringify({ level: 40, time: this.#context.clock.wallTime(), dropped, msg })}\n`;
  }
}
