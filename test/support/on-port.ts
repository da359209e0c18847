import type { TcpClientOptions, TcpServerOptions } from '../../src/index.js';

/** The options of a server that listens on a port. */
export type OnPort = Extract<TcpServerOptions, { readonly port: number }>;

/** What a test may add to those. */
export type MoreOnPort = Omit<Partial<OnPort>, 'protocol'>;

/** The options of a client that connects to a port. */
export type ToPort = Extract<TcpClientOptions, { readonly port: number }>;
