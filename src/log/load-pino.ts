import type { pino } from 'pino';

/** The logger, loaded when something is to be logged. Its name stands here, so that a bundler sees it; core/load-module.ts says why it stands alone. */
export function loadPino(): Promise<{ readonly pino: typeof pino }> {
  return import('pino');
}
