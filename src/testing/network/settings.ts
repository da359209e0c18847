import * as v from 'valibot';
import { bytes, count, ms } from '../../core/options/option-schema.js';

/** What holds for a whole network. */
export const settingsSchema = v.strictObject({
  /**
   * How many bytes of a stream a host buffers for a process that does not read; then the sender waits (`SO_RCVBUF`).
   * Default 65,536.
   */
  receiveBuffer: v.optional(bytes(1), 65_536),
  /** How many bytes of a stream a host buffers until they have arrived (`SO_SNDBUF`). Default 262,144. */
  sendBuffer: v.optional(bytes(1), 262_144),
  /** The most bytes of a stream in one packet (the MSS). Default 1,460. */
  segment: v.optional(bytes(1), 1_460),
  /**
   * How long after its expected arrival a packet counts as lost, in ms; doubled each time, up to 120 s (RFC 6298).
   * Default 200.
   */
  retransmit: v.optional(ms(1), 200),
  /**
   * How long a stream retries sending to a silent peer, in ms: then it fails with ETIMEDOUT. Default 924,600
   * (`tcp_retries2`, tcp(7)).
   */
  giveUp: v.optional(ms(1), 924_600),
  /** How long a name lookup takes, in ms. Default 1. */
  lookup: v.optional(ms(), 1),
  /** How many sockets a host can have open. Default 65,536. */
  descriptors: v.optional(count(1), 65_536),
  /** The most datagrams that wait to be read; more are dropped and counted. Default 4,096. */
  inbox: v.optional(count(1), 4_096),
});

/** The sizes and times of the hosts of a simulated network. */
export type NetworkSettings = Readonly<v.InferOutput<typeof settingsSchema>>;
