import { BroadcastChannel, isMainThread } from 'node:worker_threads';
import { TcpConnection } from '../../../src/index.js';

/** Its threads say here that they load the module, and go on when they are told. */
export const LOADING = 'slow-to-load';

export class SlowToLoad extends TcpConnection {
  static readonly module = import.meta.url;
}

if (!isMainThread) {
  const channel = new BroadcastChannel(LOADING);
  const told = new Promise<void>((resolve) => {
    channel.onmessage = ({ data }: { data?: unknown }) => data === 'go on' && resolve();
  });
  channel.postMessage('loading');
  await told;
  channel.close();
}
