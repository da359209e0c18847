// Checked by `tsc -p tsconfig.json`, never run: what the compiler must refuse stands under @ts-expect-error, and all else
// must pass.
import { StoreTree } from '../../src/store/index.js';
import { StoreConnection, type StoreRights, type WebSocketRequest } from '../../src/http/index.js';
import { type StoreClientState, type StoreClientValue, connectStore } from '../../src/store-client/index.js';

export class Page extends StoreConnection {
  static override readonly serves = {
    read: ['rooms/**'],
    write: ['rooms/*/lamp'],
    store: new StoreTree(),
    messageRate: 5,
  };

  protected override rightsOf(request: WebSocketRequest): StoreRights {
    return { read: [`users/${request.query.get('user')}/**`], write: [] };
  }
}

// @ts-expect-error what may be read is to be said
export class Nothing extends StoreConnection {
  static override readonly serves = { write: ['a'] };
}

// @ts-expect-error no list
export class NoList extends StoreConnection {
  static override readonly serves = { read: 'rooms/**' };
}

// @ts-expect-error no Store
export class NoStore extends StoreConnection {
  static override readonly serves = { read: [], store: Map };
}

const store = connectStore('/store', { paths: ['rooms/**'] });
const value: StoreClientValue | undefined = store.get('a');
const text: StoreClientValue | 'none' = store.get('a', 'none');
const state: StoreClientState = store.state;
store.set('a', 1);
store.set({ a: 1, b: undefined });
store.set([['a', 1]]);
store.subscribe('a/*', (events) => events.map(({ path, old }) => [path.length, old]), { triggerNow: true });
export const all = [value, text, state];

// @ts-expect-error paths are to be said
connectStore('/store', {});
// @ts-expect-error a path alone
store.set('a');
// @ts-expect-error no such option
store.subscribe('a', () => {}, { now: true });
// @ts-expect-error events are frozen
store.subscribe('a', (events) => events.push());
