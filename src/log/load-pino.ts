import type { pino } from 'pino';

/**
 * The logger, loaded when something is to be logged. Its name stands here, so that a bundler sees it; core/load-module.ts says why it
 * stands alone. It is the default of its module: some bundlers give a module of CommonJS no other names.
 */
export async function loadPino(): Promise<typeof pino> {
  const loaded = await import('pino');
  return loaded.default;
}
