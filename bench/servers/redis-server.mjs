// Redis itself, without anything on disk.
import { spawn } from 'node:child_process';
import { serveBy } from './other-program.mjs';

serveBy((port) => {
  const flags = { port, bind: '127.0.0.1', save: '', appendonly: 'no' };
  const args = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, String(value)]);
  return spawn('redis-server', args, { stdio: 'ignore' });
});
