// Carries out the commands that it is sent, one after the other: a thread of its own has a small heap, which the command looks all through.
import { parentPort } from 'node:worker_threads';
import { holdRuns } from '../../doors/app.js';
import { runCli } from '../../doors/cli.js';

parentPort!.on('message', (words: readonly string[]) => {
  void carryOut(words).then((typed) => parentPort!.postMessage(typed));
});

async function carryOut(words: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const held = holdRuns();
  try {
    const code = await runCli(words, { out: (text) => (out += text), err: (text) => (err += text) }, held);
    return { code, out, err };
  } finally {
    held.release();
  }
}
