import * as v from 'valibot';
import { ENTRY_BOUNDS } from './log-entries.js';
import { isSink } from './log-services.js';
import type { LogSink } from '../core/log-sink.js';
import { amount, bytes, flag, ms, oneOf, port, someMs, text } from '../core/options/option-schema.js';
import { logModeOption } from '../core/options/tonic-options.js';

/** The destination of a log: `screen`, `json`, `ip`, `off`, the name of your own service, or a stream. */
export type LogTarget = 'screen' | 'json' | 'ip' | 'off' | (string & Record<never, never>) | LogSink;

/** Any name is accepted here: the Formula checks it when it opens the log. */
const logTarget: v.GenericSchema<LogTarget> = v.union(
  [v.pipe(v.string(), v.minLength(1)), v.custom<LogSink>(isSink)],
  'must be the name of a log service (screen, json, ip, off or one of your own) or a stream',
);

const OBJECT = 'must be an object';

export const ipLogSchema = v.strictObject(
  {
    /** The name or address that the viewer listens on. */
    host: v.optional(text, 'localhost'),
    /** Its port, 1 to 65535. */
    port: port(1),
    /** The most bytes of lines that wait while the viewer is away or slow. Beyond that the oldest are dropped, and a line counts them. */
    backlog: v.optional(bytes(1_024), 1_048_576),
    /** Timeout of an attempt to connect, in ms. */
    connectTimeout: v.optional(ms(1), 5_000),
    /**
     * The longest delay before the first retry, in ms; doubled with each one. The actual delay is random, between half
     * of it and all of it.
     */
    retryDelay: v.optional(ms(), 500),
    /** The longest delay before another attempt, in ms. It tries as long as the app runs. */
    retryCap: v.optional(ms(), 10_000),
  },
  OBJECT,
);

/** The viewer that a log is sent to over TCP, a line of JSON each. */
export type IpLogOptions = Readonly<v.InferInput<typeof ipLogSchema>>;

const entries = v.union(
  [
    flag,
    v.strictObject({
      lines: v.optional(amount(1), ENTRY_BOUNDS.lines),
      bytes: v.optional(amount(1), ENTRY_BOUNDS.bytes),
    }),
  ],
  'must be true, false or an object with "lines" and "bytes"',
);

/**
 * Options of a user's log service, or of a Tonic of the TonicStore, which checks them itself. It may be an instance of
 * a class.
 */
export const anyRecord = v.custom<object>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  OBJECT,
);

export const logSchema = v.strictObject(
  {
    /**
     * Where it goes: lines for a person (`'screen'`), a line of JSON each on standard output (`'json'`) or to a viewer
     * over TCP (`'ip'`), nowhere (`'off'`), to your own log service by its name, or to your own stream, which gets
     * lines of JSON.
     */
    to: v.optional(logTarget, 'screen'),
    /** The mode of Tonics that have none of their own. It may change while the app runs. */
    default: v.optional(v.pipe(logModeOption, v.metadata({ reload: true })), 'quiet'),
    /** The lowest level that is written. Life cycles are `'debug'` lines. It may change while the app runs. */
    level: v.optional(
      v.pipe(oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'), v.metadata({ reload: true })),
      'info',
    ),
    /** A sparkle that runs longer than this is reported, in ms. It may change while the app runs. */
    slowSparkle: v.optional(v.pipe(someMs, v.metadata({ reload: true })), 150),
    /**
     * Whether all lines of a sparkle are written as one entry, when it has ended. An entry has up to 100 parts and
     * 65,536 characters, or as given here: `{ lines: 20, bytes: 4_096 }`. Otherwise each line is written at once.
     */
    entries: v.optional(entries, false),
    /**
     * The most bytes of lines that wait while standard output is full. Beyond that the oldest are dropped, and a line
     * tells how many.
     */
    backlog: v.optional(bytes(1_024), 16_777_216),
    /** How long the last lines may take to be written when the app has ended, or its process exits, in ms. */
    closeTimeout: v.optional(ms(), 1_000),
    /** The viewer that `'ip'` sends to. */
    ip: v.optional(ipLogSchema),
    /** Settings for your own log service. */
    options: v.optional(anyRecord),
  },
  OBJECT,
);

/** The log of an app, as a Formula's configuration gives it under `log`. */
export type LogOptions = Readonly<v.InferInput<typeof logSchema>>;
