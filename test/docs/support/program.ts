import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { dirname } from 'node:path';
import type { Module } from './modules.js';

/** How a program ended. */
export interface Ended {
  readonly output: string;
  readonly errors: string;
  readonly exitCode: number | null;
}

/** What a client says to a server on a page, and what it must hear: `talk: tcp 7007 "hello\n" "hello\n"`. */
interface Talk {
  readonly transport: string;
  readonly port: number;
  readonly says: string;
  readonly hears: string;
}

const PORT = /\b70\d\d\b/g;
const PATIENCE_MS = 10_000;

/**
 * Runs a program of a page as it is, but for its ports, which might be in use here. A server is met by a client and then
 * ended with SIGTERM; another program ends by itself.
 */
export async function run(module: Module, script: string): Promise<Ended> {
  const ports = new Map<string, string>();
  for (const shown of new Set(script.match(PORT))) ports.set(shown, String(await freePort()));
  const path = written(
    module,
    script.replace(PORT, (shown) => ports.get(shown)!),
  );
  const child = spawn(process.execPath, [path], { stdio: ['ignore', 'pipe', 'pipe'] });
  const limit = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  const ended = endOf(child);
  try {
    for (const talk of talksOf(module.block.note)) {
      const port = Number(ports.get(String(talk.port)));
      await Promise.race([
        meet({ ...talk, port }),
        ended.then(({ errors }) => Promise.reject(new Error(`it ended before it was met\n${errors}`))),
      ]);
    }
    if (module.block.note.startsWith('talk: ')) child.kill('SIGTERM');
    const { output, ...rest } = await ended;
    return { ...rest, output: asShown(output, ports) };
  } finally {
    clearTimeout(limit);
    child.kill('SIGKILL');
  }
}

/** Puts the script of a block where Node finds it. */
export function written({ path }: Module, script: string): string {
  const file = path.replace(/\.ts$/, '.js');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, script);
  return file;
}

async function endOf(child: ChildProcess): Promise<Ended> {
  let output = '';
  let errors = '';
  child.stdout!.on('data', (data) => (output += String(data)));
  child.stderr!.on('data', (data) => (errors += String(data)));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { output, errors, exitCode };
}

function asShown(output: string, ports: ReadonlyMap<string, string>): string {
  for (const [shown, real] of ports) output = output.replaceAll(real, shown);
  return output;
}

/** What differs from run to run: the time of day, durations, process ids and ports that the system chose. */
export function withoutChance(output: string): string {
  return output
    .replace(/\d\d:\d\d:\d\d\.\d{3}/g, 'TIME')
    .replace(/\d+(\.\d+)? ms/g, 'N ms')
    .replace(/"time":\d+/g, '"time":TIME')
    .replace(/"ms":[\d.]+/g, '"ms":N')
    .replace(/\b\d{5}\b/g, 'PORT');
}

function talksOf(note: string): Talk[] {
  if (!note.startsWith('talk: ')) return [];
  const talks = [...note.matchAll(/(tcp|udp) (\d+) ("(?:[^"\\]|\\.)*") ("(?:[^"\\]|\\.)*")/g)];
  return talks.map(([, transport, port, says, hears]) => {
    return {
      transport: transport!,
      port: Number(port),
      says: JSON.parse(says!) as string,
      hears: JSON.parse(hears!) as string,
    };
  });
}

/** Talks to a server as soon as it is there. */
async function meet({ transport, port, says, hears }: Talk): Promise<void> {
  const heard = transport === 'udp' ? await heardByUdp(port, says) : await heardByTcp(port, says, hears);
  if (!heard.includes(hears)) throw new Error(`it answered ${JSON.stringify(heard)}, not ${JSON.stringify(hears)}`);
}

async function heardByTcp(port: number, says: string, hears: string): Promise<string> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      socket.write(says);
      let heard = '';
      while (!heard.includes(hears)) {
        const data: unknown = await Promise.race([once(socket, 'data'), once(socket, 'close')]).then(
          ([first]: unknown[]) => first,
        );
        if (!Buffer.isBuffer(data)) break;
        heard += data.toString();
      }
      return heard;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    } finally {
      socket.destroy();
    }
  }
}

async function heardByUdp(port: number, says: string): Promise<string> {
  const socket = createSocket('udp4');
  const again = setInterval(() => socket.send(says, port, '127.0.0.1'), 50);
  try {
    const [data] = (await once(socket, 'message')) as [Buffer];
    return data.toString();
  } finally {
    clearInterval(again);
    socket.close();
  }
}

/** The system gives ports for port 0 from another range than we show, and not the same one soon again. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}
