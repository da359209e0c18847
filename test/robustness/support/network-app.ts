import { SelectorCatalyst, type SelectorCatalystOptions, TcpConnection } from '../../../src/index.js';
import { type App, type Setup, startApp } from '../../support/app.js';

/**
 * An app on the machine's clock and network, in this process. Real in any case: what hostile and unlucky peers bring, they bring through a
 * kernel, with its buffers and its time.
 */
export async function startNetworkApp(
  startingTonics: () => void,
  options: SelectorCatalystOptions = {},
  log: Setup['log'] = {},
): Promise<App> {
  const app = await startApp(startingTonics, { clock: 'real', log, main: () => new SelectorCatalyst(options) });
  apps.add(app);
  return app;
}

const apps = new Set<App>();

/** Ends what a test has left. */
export async function endApps(): Promise<void> {
  for (const app of apps) {
    apps.delete(app);
    app.main.ttsc__finish();
    await app.ended.catch(() => {});
  }
}

export class Echo extends TcpConnection {
  ttse__onData(data: Buffer): void {
    this.send(data);
  }
}
