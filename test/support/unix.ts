import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ListenInfo,
  type TaskTonicError,
  TcpClient,
  type TcpClientOptions,
  TcpServer,
  type TcpServerOptions,
} from '../../src/index.js';
import { Heard } from './heard.js';
import { type NetApp, Recorder, startNet } from './net-app.js';
import { stage } from './stage.js';

type AtPath = Extract<TcpServerOptions, { readonly path: string }>;
type ToPath = Extract<TcpClientOptions, { readonly path: string }>;

const folders: string[] = [];

/** A folder of the machine's that {@link removeFolders} removes. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tt-'));
  folders.push(folder);
  return folder;
}

/** To be called after each test. */
export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** A path that nothing is at, on the network of the stage. */
export function freePath(name = 'app.sock'): string {
  return stage().isReal ? join(newFolder(), name) : `/run/${name}`;
}

/** An app with a server at a path, whether it listens or not. */
export interface AppAtPath {
  readonly app: NetApp;
  readonly server: TcpServer;
  /** The connection of the first client. */
  connection(): Promise<Recorder>;
}

export async function appAt(path: string, options: Partial<AtPath> = {}): Promise<AppAtPath> {
  const connections: Recorder[] = [];
  const made = new Heard();
  const protocol = (): Recorder => {
    const connection = new Recorder();
    connections.push(connection);
    made.push('made');
    return connection;
  };
  let server!: TcpServer;
  const app = await startNet(() => (server = new TcpServer({ path, protocol, ...options })));
  const connection = async (): Promise<Recorder> => {
    await made.on('made');
    return connections[0]!;
  };
  return { app, server, connection };
}

/** One that listens. */
export async function serveAt(
  path: string,
  options: Partial<AtPath> = {},
): Promise<AppAtPath & { readonly info: ListenInfo }> {
  const served = await appAt(path, options);
  const [info] = (await served.app.heard.on('onListening')) as [ListenInfo];
  return { ...served, info };
}

/** An app with a client that tries once, unless told otherwise. */
export async function clientAt(
  path: string,
  options: Partial<ToPath> = {},
): Promise<{ readonly app: NetApp; readonly client: TcpClient }> {
  let client!: TcpClient;
  const app = await startNet(() => (client = new TcpClient({ path, retries: 0, ...options })));
  return { app, client };
}

/** The first error that an app hears of its socket. */
export async function errorIn({ heard }: NetApp): Promise<TaskTonicError> {
  const [, error] = await heard.on('onError');
  return error as TaskTonicError;
}
