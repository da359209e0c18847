// Checked by `tsc -p tsconfig.json`, never run: what the compiler must refuse stands under @ts-expect-error, and all else
// must pass.
import type { Plain, StoreCallback, StoreEvent, StoreTree, StoreValue } from '../../src/store/index.js';

interface User {
  readonly name: string;
}

interface Shape {
  sensors: Record<string, { unit: string; value: number }>;
  room: {
    '.': string;
    [lamp: `lamp#${number}`]: { '.': string; power: 'on' | 'off' };
    [element: `#${number}`]: { at: Date };
  };
  user: Plain<User> | null;
  list: readonly number[];
  settings: { volume: number; deep: { er: boolean }; maybe?: string };
  tree: Tree;
}

/** A shape may hold itself. */
interface Tree {
  '.': number;
  left?: Tree;
  right?: Tree;
}

/** Holds where both are the same type. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(..._both: Same<A, B> extends true ? [] : [never]): void => {};

export function read(store: StoreTree<Shape>, id: number, key: string): void {
  const value = store.get('sensors/#0/value');
  same<typeof value, number | undefined>();
  const power = store.get(`room/lamp#${id}/power`, 'off');
  same<typeof power, 'on' | 'off'>();
  const user = store.get('user');
  same<typeof user, User | null | undefined>();
  const list = store.get('list');
  same<typeof list, readonly number[] | undefined>();
  const deep = store.get('tree/left/right/left');
  same<typeof deep, number | undefined>();
  const own = store.get('room');
  same<typeof own, string | undefined>();
  const maybe = store.get('settings/maybe');
  same<typeof maybe, string | undefined>();
  const through = store.get(`sensors/${key}/unit`);
  same<typeof through, string | undefined>();
  const unknownPath = store.get(key);
  same<typeof unknownPath, StoreValue | undefined>();
  // A place without a value of its own.
  const none = store.get('settings');
  same<typeof none, undefined>();

  // @ts-expect-error no such path
  store.get('sensor/#0/value');
  // @ts-expect-error nor below a value
  store.get('settings/volume/x');
  // @ts-expect-error nor within a value
  store.get('user/name');
  // @ts-expect-error a star is for subscriptions
  store.get('sensors/*/value');
  // @ts-expect-error lists have elements, and no others
  store.get('room/fan#0');
  // @ts-expect-error no such path
  store.has('nowhere');
}

export function write(store: StoreTree<Shape>, id: number): void {
  store.set('sensors/#/value', 5).set('sensors/./unit', 'C').set('room/lamp#/power', 'on').set('room', 'kitchen');
  store.set('room/lamp#', 'desk').set('room/lamp./power', 'off').set('room/#/at', new Date(0)).set('list', [1, 2]);
  store.set('user', { name: 'Alice' }).set('user', null).set('user', undefined);
  store.set({ 'settings/volume': 3, 'settings/deep/er': true }, { source: 'me' });
  store.set([
    ['sensors/#', undefined],
    ['sensors/./value', 3],
    [`room/lamp#${id}/power`, 'on'],
  ]);
  store.at('settings/volume').v = 5;
  store.at('sensors').setEach('value', 3).append().set('unit', 'C').set({ value: 3 });
  store.at('room').append('lamp').set('power', 'on').v = 'ceiling';
  const next = store.update('settings/volume', (volume = 0) => volume + 1);
  same<typeof next, number | undefined>();
  const last = store.at('room').pop('lamp#0/power');
  same<typeof last, 'on' | 'off' | undefined>();
  store.at('room/lamp#0').linkTo(store.at('sensors/#0')).linkTo('anywhere/else', { bubbleEvents: true });
  store.at('settings').remove('volume');

  // @ts-expect-error another value
  store.set('sensors/#/value', '5');
  // @ts-expect-error no such path
  store.set('sensors/#/values', 5);
  // @ts-expect-error one of them is another value
  store.set({ 'settings/volume': 'loud' });
  // @ts-expect-error one of them is no path
  store.set({ 'settings/volumes': 5 });
  // @ts-expect-error another value in a pair
  store.set([['sensors/./value', 'x']]);
  // @ts-expect-error another value
  store.at('settings/volume').v = 'loud';
  // @ts-expect-error another value
  store.at('sensors').setEach('value', 'x');
  // @ts-expect-error another value
  store.update('settings/volume', () => 'loud');
  // @ts-expect-error another value
  store.set('room/lamp#/power', 'dim');
  // @ts-expect-error no such path
  store.at('settings').remove('volumes');
}

export function walk(store: StoreTree<Shape>): void {
  for (const sensor of store.at('sensors').children()) same<ReturnType<typeof sensor.val<0>>, 0>();
  const units = store
    .at('sensors')
    .children()
    .map((sensor) => sensor.get('unit', '?'));
  same<typeof units, string[]>();
  const lamps = store
    .at('room')
    .children('lamp')
    .map(({ v }) => v);
  same<typeof lamps, (string | undefined)[]>();
  const { path } = store.at('settings').at('deep/er');
  same<typeof path, 'settings/deep/er'>();
}

export function subscribe(store: StoreTree<Shape>, heard: StoreCallback): void {
  store.subscribe('sensors/*/value', (events) => {
    same<typeof events, readonly StoreEvent<number, `sensors/${string}/value`>[]>();
  });
  store.at('sensors').subscribe('*/unit', ([event]) => {
    same<typeof event, StoreEvent<string, `sensors/${string}/unit`> | undefined>();
  });
  store.at('settings/volume').subscribe(([event]) => {
    same<typeof event, StoreEvent<number, 'settings/volume'> | undefined>();
  });
  store.subscribe(['settings/volume', 'settings/deep/er'], ([event]) => {
    same<(typeof event & {})['value'], number | boolean | undefined>();
  });
  store.subscribe(
    'sensors/*',
    ([event]) => {
      const value = event?.value;
      same<typeof value, { readonly value: number | undefined; readonly unit: string | undefined } | undefined>();
    },
    { extract: ['value', 'unit'], recursive: true },
  );
  store.subscribe('settings', ([event]) => same<typeof event, StoreEvent | undefined>(), { recursive: true });
  store.subscribe('settings/volume', (events: readonly StoreEvent<number>[]) => void events);
  store.subscribe('settings/**', heard, { triggerNow: true, exclude: ['settings/deep'], owner: heard });
  store.subscribe('settings/volume', heard, { latest: true });

  // @ts-expect-error no such path
  store.subscribe('sensors/*/values', heard);
  // @ts-expect-error one of them is no path
  store.subscribe(['settings/volume', 'nowhere'], heard);
  // @ts-expect-error another value
  store.subscribe('settings/volume', (events: readonly StoreEvent<string>[]) => void events);
  // @ts-expect-error no such option
  store.subscribe('settings/volume', heard, { recursiv: true });
}

export function untyped(store: StoreTree, heard: StoreCallback, path: string, user: User): void {
  store
    .set('any/path/#/at', { all: [1, new Date(0)] })
    .set(path, user)
    .set({ a: 1, [path]: user });
  store.set([
    ['a', 1],
    ['b/#', 'x'],
  ]);
  const value = store.get('any/path');
  same<typeof value, StoreValue | undefined>();
  const count: StoreValue | number = store.get('count', 0);
  store.at(path).v = user;
  store.at(path).append().set('x', count).parent.children('lamp')[0]?.set('y', 1);
  store.update('count', (before) => Number(before) + 1);
  store.subscribe('**', heard);
  store.subscribe(path, ([event]) => same<typeof event, StoreEvent | undefined>());
  store.subscribe([path, 'b/*'], heard, { recursive: true, ignoreSource: 'me' });
  store.load(store.dump());
}
