import { writeFileSync } from 'node:fs';
import { createSocket } from 'node:dgram';
import { type Socket, connect } from 'node:net';
import { join } from 'node:path';
import type { Said } from '../app/programs/upgrades.js';
import { Program } from './program.js';
import { newFolder } from './unix.js';

/** The program that is upgraded. */
export const UPGRADES = new URL('../app/programs/upgrades.ts', import.meta.url);

/** Somebody that a request was sent to: the answer begins with the number of a process. */
export interface Asked {
  readonly socket: Socket;
  ask(): Promise<string>;
}

/** A service with a new process each time that it is told to upgrade. Test and service agree by a file what the next one is to do. */
export class Upgrading {
  readonly program: Program;
  readonly #file: string;
  readonly #pids = new Set<number>();
  /** Those that were told to upgrade. */
  readonly #replaced = new Set<number>();
  ports: Readonly<Record<string, number>> = {};

  constructor(said: Said, env: NodeJS.ProcessEnv = {}) {
    this.#file = join(newFolder(), 'said.json');
    this.next(said);
    this.program = new Program(UPGRADES, [this.#file], [], [], { ...process.env, ...env });
    this.#pids.add(this.program.pid);
  }

  /** What the next process is to do. */
  next(said: Said): void {
    writeFileSync(this.#file, JSON.stringify(said));
  }

  /** Resolves when that process, or the first one, listens at all its places. */
  async listens(pid = this.program.pid): Promise<this> {
    const line = await this.program.wrote(new RegExp(`^${pid} listens `));
    const ports = line.split(' ').slice(2);
    this.ports = Object.fromEntries(ports.map((one) => [one.split(':')[0], Number(one.split(':')[1])]));
    return this;
  }

  /** Resolves with the number of the process that was started last by that one. */
  async started(by: number): Promise<number> {
    return this.#inLog('is started', by);
  }

  /** Has it upgrade; resolves with the number of the new process, when that has taken over. */
  async upgrade(pid = this.program.pid): Promise<number> {
    process.kill(pid, 'SIGUSR2');
    return this.tookOver(pid);
  }

  /** Resolves with the number of the process that replaces that one, when it has taken over. */
  async tookOver(pid = this.program.pid): Promise<number> {
    const next = await this.#inLog('has taken over', pid);
    await this.program.wrote(new RegExp(`^${pid} is to end, upgrade true`));
    return next;
  }

  /** The log names no process but the new one, so those before it are left out. */
  async #inLog(what: string, pid: number): Promise<number> {
    this.#replaced.add(pid);
    const pattern = new RegExp(`process (?!(?:${[...this.#replaced].join('|')}) )(\\d+) ${what}`);
    const found = Number(pattern.exec(await this.program.wrote(pattern))![1]);
    this.#pids.add(found);
    return found;
  }

  async said(what: string | RegExp, pid = this.program.pid): Promise<string> {
    const text = typeof what === 'string' ? what : what.source;
    return this.program.wrote(new RegExp(`^${pid} ${text}`));
  }

  /** Ends all its processes. */
  end(): void {
    for (const pid of this.#pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended already.
      }
    }
  }
}

/** Connects to a port of this machine, or to a path. */
export async function asking(to: number | string): Promise<Asked> {
  const socket = typeof to === 'number' ? connect(to, '127.0.0.1') : connect(to);
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('connect', () =>
      resolve({
        socket,
        ask: async () =>
          new Promise((answered, failed) => {
            socket.once('data', (data) => answered(String(data)));
            socket.once('close', () => failed(new Error('closed without an answer')));
            socket.write('x');
          }),
      }),
    );
  });
}

/** The answer to one request over a connection of its own. */
export async function askOnce(to: number | string): Promise<string> {
  const asked = await asking(to);
  const answer = await asked.ask();
  asked.socket.destroy();
  return answer;
}

/** The answer to a datagram. */
export async function askByDatagram(port: number): Promise<string> {
  const socket = createSocket('udp4');
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('message', (data) => {
      resolve(String(data));
      socket.close();
    });
    socket.send('x', port, '127.0.0.1');
  });
}
