/**
 * What the client of a Store throws. `code` is one of: `'path'`, `'value'`, `'data'` (what was given cannot be sent), `'full'` (too much waits),
 * `'closed'`, `'option'`.
 */
export class StoreClientError extends Error {
  readonly code: 'path' | 'value' | 'data' | 'full' | 'closed' | 'option';

  constructor(code: StoreClientError['code'], message: string) {
    super(message);
    this.name = 'StoreClientError';
    this.code = code;
  }
}
