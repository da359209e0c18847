// The programs that the benchmark starts: what is there, what is built on the spot, and why something is skipped.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeCertificate } from './certificate.mjs';

const path = (/** @type {string} */ name) => fileURLToPath(new URL(`../${name}`, import.meta.url));

/**
 * @param {string} output
 * @param {string[]} sources
 */
function compile(output, sources) {
  mkdirSync(path('build'), { recursive: true });
  const gcc = spawnSync('gcc', ['-O2', '-o', path(output), ...sources.map(path)], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (gcc.error) return 'gcc is not here';
  return gcc.status === 0 ? null : `gcc failed: ${gcc.stderr.trim().split('\n')[0]}`;
}

const noLoad = process.env.BENCH_NO_GCC
  ? 'gcc is not wanted'
  : compile('build/load', ['load/load.c', 'load/tcp.c', 'load/udp.c']);
const noEpoll = process.env.BENCH_NO_GCC ? 'gcc is not wanted' : compile('build/epoll-echo', ['servers/epoll-echo.c']);

/** The load generator's command, and a word about it where it is not the C one. */
export const load = noLoad
  ? {
      command: [process.execPath, path('load/load.mjs')],
      note: `${noLoad}: the load comes from a fallback in Node, which may be the bottleneck`,
    }
  : { command: [path('build/load')], note: null };

/** The one in Node, which speaks TLS. */
export const tlsLoad = [process.execPath, path('load/load.mjs')];

/** For WebSockets. */
export const wsLoad = [process.execPath, path('load/ws.mjs')];

/** For brokers of MQTT. */
export const mqttLoad = [process.execPath, path('load/mqtt.mjs')];

/** For HTTP. */
export const httpLoad = [process.execPath, path('load/wrk.mjs')];
const noWrk = spawnSync('wrk', ['--version'], { timeout: 20_000 }).error ? 'wrk is not here' : null;

/** For servers of RESP, and of DNS. */
export const redisLoad = [process.execPath, path('load/redis.mjs')];
export const dnsLoad = [process.execPath, path('load/dns.mjs')];
const noRedisLoad = spawnSync('redis-benchmark', ['--help'], { timeout: 20_000 }).error
  ? 'redis-benchmark is not here'
  : null;
const noRedis = spawnSync('redis-server', ['--version'], { timeout: 20_000 }).error
  ? 'redis-server is not here'
  : noRedisLoad;

/** Debian has it beside what only the superuser needs. */
const haproxyPath = ['haproxy', '/usr/sbin/haproxy'].find(
  (name) => !spawnSync(name, ['-v'], { timeout: 20_000 }).error,
);
const noHaproxy = haproxyPath === undefined ? 'haproxy is not here' : null;

const noCertificate = makeCertificate();
const bun = path('node_modules/.bin/bun');
const noBun = !existsSync(bun)
  ? 'bun is not installed (npm ci --prefix bench)'
  : spawnSync(bun, ['--version'], { timeout: 20_000 }).status === 0
    ? null
    : 'bun does not run here';
const noBooks = existsSync('/proc/self/schedstat') ? null : 'no /proc with schedstat here';
const noTaskTonic = existsSync(path('../dist/lib/index.js')) ? null : 'the package is not built (npm run build)';

/** @typedef {{ label: string, skip: string | null, command: string[] }} Program */

/**
 * @param {string} label
 * @param {string} file
 * @param {string | null} skip
 * @param {string[]} args
 * @returns {Program}
 */
const node = (label, file, skip = null, ...args) => ({ label, skip, command: [process.execPath, path(file), ...args] });

/**
 * @param {string} file
 * @param {string[]} args
 */
const tasktonic = (file, ...args) => node('TaskTonic', file, noTaskTonic, ...args);

/** @param {string} how */
const http = (how) => node('TaskTonic', 'servers/tasktonic-http.mjs', noTaskTonic ?? noWrk, how);

/** @param {string} name */
const missing = (name) =>
  existsSync(path(`node_modules/${name}`)) ? null : `${name} is not installed (npm ci --prefix bench)`;

/** @param {string} name */
const library = (name) => node(name, `threads/${name}-batch.mjs`, missing(name));

/** @type {Record<string, Program>} */
export const programs = {
  'raw-tcp': node('raw node:net', 'servers/raw-tcp.mjs'),
  'raw-udp': node('raw node:dgram', 'servers/raw-udp.mjs'),
  'tasktonic-tcp': tasktonic('servers/tasktonic-tcp.mjs'),
  'raw-relay': node('pipeline(a, b, a)', 'servers/raw-relay.mjs'),
  'tasktonic-relay': tasktonic('servers/tasktonic-relay.mjs'),
  'tasktonic-proxy': tasktonic('servers/tasktonic-proxy.mjs'),
  haproxy: node('haproxy', 'servers/haproxy.mjs', noHaproxy, haproxyPath ?? ''),
  'raw-pipe': node('socket.pipe(socket)', 'servers/raw-pipe.mjs'),
  'tasktonic-pipe': tasktonic('servers/tasktonic-pipe.mjs'),
  'tasktonic-lines': tasktonic('servers/tasktonic-lines.mjs'),
  'raw-split2': node('node:net with split2', 'servers/raw-split2.mjs', missing('split2')),
  'raw-tls': node('raw node:tls', 'servers/raw-tls.mjs', noCertificate),
  'raw-tls-lines': node('raw node:tls', 'servers/raw-tls.mjs', noCertificate, 'lines'),
  'tasktonic-tls': node('TaskTonic', 'servers/tasktonic-tls.mjs', noTaskTonic ?? noCertificate),
  'tasktonic-tls-lines': node('TaskTonic', 'servers/tasktonic-tls.mjs', noTaskTonic ?? noCertificate, 'lines'),
  'raw-http': node('raw node:http', 'servers/raw-http.mjs', noWrk),
  'tasktonic-http': http('handler'),
  'tasktonic-http-sparkles': http('sparkles'),
  'raw-fastify': node('Fastify alone', 'servers/raw-fastify.mjs', noWrk),
  'tasktonic-fastify': http('fastify'),
  'raw-ws': node('ws', 'servers/raw-ws.mjs'),
  'tasktonic-ws': tasktonic('servers/tasktonic-ws.mjs'),
  'raw-ws-broadcast': node('ws', 'servers/raw-ws.mjs', null, 'broadcast'),
  'tasktonic-ws-broadcast': tasktonic('servers/tasktonic-ws.mjs', 'broadcast'),
  'tasktonic-mqtt': tasktonic('servers/tasktonic-mqtt.mjs'),
  aedes: node('aedes', 'servers/aedes.mjs', missing('aedes')),
  'raw-redis': node('raw node:net', 'servers/raw-redis.mjs', noTaskTonic ?? noRedisLoad),
  'tasktonic-redis': node('TaskTonic', 'servers/tasktonic-redis.mjs', noTaskTonic ?? noRedisLoad),
  'redis-server': node('Redis', 'servers/redis-server.mjs', noRedis),
  'raw-dns': node('raw node:dgram', 'servers/raw-dns.mjs', noTaskTonic),
  'tasktonic-dns': tasktonic('servers/tasktonic-dns.mjs'),
  'tasktonic-tcp-beside-work': tasktonic('servers/tasktonic-tcp-beside-work.mjs'),
  'tasktonic-tcp-work-1': tasktonic('servers/tasktonic-tcp-work.mjs', '1'),
  'tasktonic-tcp-work-2': tasktonic('servers/tasktonic-tcp-work.mjs', '2'),
  'tasktonic-tls-work-1': node('TaskTonic', 'servers/tasktonic-tcp-work.mjs', noTaskTonic ?? noCertificate, '1', 'tls'),
  'tasktonic-tls-work-2': node('TaskTonic', 'servers/tasktonic-tcp-work.mjs', noTaskTonic ?? noCertificate, '2', 'tls'),
  'tasktonic-udp-work-1': tasktonic('servers/tasktonic-udp-work.mjs', '1'),
  'tasktonic-udp-work-2': tasktonic('servers/tasktonic-udp-work.mjs', '2'),
  'raw-udp-sessions': node('raw node:dgram, a Map', 'servers/raw-udp-sessions.mjs'),
  'tasktonic-udp-sessions': tasktonic('servers/tasktonic-udp-sessions.mjs'),
  'tasktonic-udp': tasktonic('servers/tasktonic-udp.mjs'),
  'bun-tcp': { label: 'Bun.listen', skip: noBun, command: [bun, path('servers/bun-tcp.mjs')] },
  'bun-udp': { label: 'Bun.udpSocket', skip: noBun, command: [bun, path('servers/bun-udp.mjs')] },
  'epoll-tcp': { label: 'C epoll', skip: noEpoll, command: [path('build/epoll-echo'), 'tcp'] },
  'epoll-udp': { label: 'C epoll', skip: noEpoll, command: [path('build/epoll-echo'), 'udp'] },
  'ring-chain': node('ring of closures', 'micro/ring-chain.mjs'),
  'ring-burst': node('ring of closures', 'micro/ring-burst.mjs'),
  'tonic-chain': node('TaskTonic chain', 'micro/tonic-chain.mjs', noTaskTonic),
  'tonic-burst': tasktonic('micro/tonic-burst.mjs'),
  'tonic-states': tasktonic('micro/tonic-states.mjs'),
  'tonic-transitions': tasktonic('micro/tonic-transitions.mjs'),
  'decode-lines': tasktonic('micro/decode-lines.mjs'),
  readline: node('node:readline', 'micro/readline.mjs'),
  'decode-prefixed': tasktonic('micro/decode-prefixed.mjs'),
  'length-prefixed-stream': node(
    'length-prefixed-stream',
    'micro/length-prefixed-stream.mjs',
    missing('length-prefixed-stream'),
  ),
  'raw-ping-pong': node('postMessage', 'threads/raw-ping-pong.mjs'),
  'raw-paced': node('postMessage', 'threads/raw-paced.mjs'),
  'raw-first-trips': node('postMessage', 'threads/raw-first-trips.mjs'),
  'raw-many': node('worker_threads', 'threads/raw-many.mjs', noTaskTonic),
  'raw-batch': node('postMessage', 'threads/raw-batch.mjs', null, 'objects'),
  'raw-primitives': node('postMessage', 'threads/raw-batch.mjs', null, 'primitives'),
  'raw-busy': node('postMessage', 'threads/raw-busy-ping-pong.mjs'),
  'raw-transfer': node('postMessage', 'threads/raw-transfer.mjs'),
  'raw-idle': node('worker_threads', 'threads/raw-idle.mjs', noBooks),
  'thread-ping-pong': tasktonic('threads/ping-pong.mjs'),
  'thread-ping-pong-silent': node('doorbell off', 'threads/ping-pong.mjs', noTaskTonic, 'silent'),
  'thread-paced': tasktonic('threads/paced.mjs'),
  'thread-first-trips': tasktonic('threads/first-trips.mjs'),
  'thread-many': tasktonic('threads/many.mjs'),
  'thread-batch': tasktonic('threads/batch.mjs', 'objects'),
  'thread-primitives': tasktonic('threads/batch.mjs', 'primitives'),
  'thread-busy': tasktonic('threads/busy-ping-pong.mjs'),
  'thread-transfer': tasktonic('threads/transfer.mjs'),
  'thread-idle': tasktonic('threads/idle.mjs'),
  'piscina-batch': library('piscina'),
  'comlink-batch': library('comlink'),
  'workerpool-batch': library('workerpool'),
  'store-set-one': tasktonic('store/sets.mjs', '1'),
  'map-set-one': node('a Map with listeners', 'store/map-sets.mjs', noTaskTonic, '1'),
  'store-set-many': tasktonic('store/sets.mjs', '10000'),
  'map-set-many': node('a Map with listeners', 'store/map-sets.mjs', noTaskTonic, '10000'),
  'store-heard': tasktonic('store/heard.mjs'),
  'map-heard': node('a Map with listeners', 'store/map-heard.mjs', noTaskTonic),
  'rxjs-heard': node('RxJS', 'store/rxjs-heard.mjs', missing('rxjs')),
  'zustand-heard': node('Zustand', 'store/zustand-heard.mjs', missing('zustand')),
  'store-wildcards-10000': tasktonic('store/wildcards.mjs', '10000', 'rate'),
  'mqtt-pattern-wildcards': node('mqtt-pattern', 'store/mqtt-pattern-wildcards.mjs', missing('mqtt-pattern'), '10000'),
  'store-time-10000': tasktonic('store/wildcards.mjs', '10000', 'time'),
  'store-time-100': node('100 subscriptions', 'store/wildcards.mjs', noTaskTonic, '100', 'time'),
  'store-paced': tasktonic('store/paced.mjs'),
  'store-reads': tasktonic('store/reads.mjs'),
  'map-reads': node('a Map of Maps', 'store/map-reads.mjs', noTaskTonic),
  'store-kept-process': tasktonic('store/kept.mjs', 'process', '1000'),
  'lmdb-kept-process': node('lmdb', 'store/lmdb-kept.mjs', missing('lmdb'), 'process', '1000'),
  'store-kept-one': tasktonic('store/kept.mjs', 'process', '1'),
  'lmdb-kept-one': node('lmdb', 'store/lmdb-kept.mjs', missing('lmdb'), 'process', '1'),
  'store-kept-disk': tasktonic('store/kept.mjs', 'disk', '1000'),
  'lmdb-kept-disk': node('lmdb', 'store/lmdb-kept.mjs', missing('lmdb'), 'disk', '1000'),
  'store-load': tasktonic('store/load.mjs'),
  'json-load': node('JSON and Maps', 'store/json-load.mjs', noTaskTonic),
  'store-size': tasktonic('store/size.mjs', 'tree'),
  'maps-size': node('a Map of Maps', 'store/size.mjs', noTaskTonic, 'maps'),
};

/** @param {string} name */
export function program(name) {
  const found = programs[name];
  if (!found) throw new Error(`no program named ${name}; there are ${Object.keys(programs).join(', ')}`);
  return found;
}

/**
 * The same program as another checkout has it, with the package that is built there.
 * @param {Program} of
 * @param {string} checkout
 * @returns {Program}
 */
export function elsewhere(of, checkout) {
  const here = path('');
  const there = resolve(checkout, 'bench');
  const command = of.command.map((part) => (part.startsWith(here) ? join(there, part.slice(here.length)) : part));
  const gone = [resolve(checkout, 'dist/lib/index.js'), ...command.filter((part) => part.startsWith(there))].find(
    (file) => !existsSync(file),
  );
  return {
    label: 'the other checkout',
    skip: gone === undefined ? null : `the other checkout has no ${relative(checkout, gone)}`,
    command,
  };
}
