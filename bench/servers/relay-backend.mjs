// What a relay of the benchmark stands before: an echo server in a process of its own, on the core of the load. In C where gcc is here.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Child } from '../lib/children.mjs';

const path = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));
const inC = path('../build/epoll-echo');

/** @returns {Promise<number>} its port */
export async function startBackend() {
  const command = existsSync(inC) ? [inC, 'tcp'] : [process.execPath, path('raw-tcp.mjs')];
  const { port } = await new Child(command, { core: 'load', limitMs: 10 * 60 * 1000 }).json();
  return port;
}
