// An old process whose channel to the new one closes before its socket does, as the system does it to one that is killed while the machine is
// busy. Its arguments: the program of the new one, and the file for that. It ends by itself.
import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { type OfSuccessor, REPLACES, kindOf, saying } from '../../doors/app.js';
import type { Said } from './upgrades.js';

/** How long its socket stays, in ms. */
const LATER = 200;

const [program, file] = process.argv.slice(2) as [string, string];
const server = createServer().listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  writeFileSync(file, JSON.stringify({ tcp: port, readiness: {}, saysReady: false } satisfies Said));
  const offer = { id: 1, place: `tcp 127.0.0.1:${port}`, local: { address: '127.0.0.1', port }, isShared: false };
  const child = fork(program, [file], { env: { ...process.env, [REPLACES]: String(process.pid) } });
  child.on('message', (message) => {
    const kind = kindOf<OfSuccessor>(message);
    if (kind === 'hello') child.send(saying('sockets', { sockets: [offer] }));
    if (kind !== 'waits') return;
    child.disconnect();
    setTimeout(() => process.exit(), LATER);
  });
});
