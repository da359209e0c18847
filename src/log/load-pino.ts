import type { pino } from 'pino';

/**
 * Loads the logger at its first use. The name is written here so that a bundler finds it; core/load-module.ts explains
 * why it is a file of its own. It uses the default export, because some bundlers give CommonJS modules no other one.
 */
export async function loadPino(): Promise<typeof pino> {
  const loaded = await import('pino');
  return loaded.default;
}
