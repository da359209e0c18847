import { expect } from 'chai';
import { StoreClientError } from '../../doors/store-client.js';
import { Line, heardBy } from './support/line.js';

describe('A page with a copy of a Store', () => {
  it('has what is there, and hears what changes', async () => {
    const line = new Line();
    line.tree.set({ 'rooms/hall/lamp': 'off', 'rooms/hall/watt': 7, other: 1 });
    const page = line.page(['rooms/**']);
    const heard = heardBy(page, 'rooms/*/lamp');
    await line.settle();
    expect(page.state).to.equal('ready');
    expect([page.get('rooms/hall/lamp'), page.get('rooms/hall/watt'), page.get('other')]).to.eql(['off', 7, undefined]);
    line.tree.set('rooms/hall/lamp', 'on');
    await line.settle();
    line.tree.remove('rooms/hall');
    await line.settle();
    expect(heard).to.eql([
      ['rooms/hall/lamp undefined > off'],
      ['rooms/hall/lamp off > on'],
      ['rooms/hall/lamp on > undefined'],
    ]);
    expect(page.entries('**')).to.eql([]);
  });

  it('tells what is there before it says that it is ready', async () => {
    const line = new Line();
    line.tree.set('x', 1);
    const page = line.page();
    const heard = heardBy(page);
    page.onState((state) => state === 'ready' && page.set('x', 2));
    await line.settle();
    expect(heard).to.eql([['x undefined > 1'], ['x 1 > 2 own']]);
  });

  it('sees a batch whole', async () => {
    const line = new Line();
    const page = line.page(['a/*', 'b/*']);
    const heard = heardBy(page, ['a/*', 'b/*']);
    await line.settle();
    line.tree.group(() => line.tree.set('b/x', 1).set('a/x', 2).set('c', 3));
    await line.settle();
    expect(heard).to.eql([['b/x undefined > 1', 'a/x undefined > 2']]);
  });

  it('sees what it has set at once, and hears nothing more when that is confirmed', async () => {
    const line = new Line();
    const page = line.page();
    await line.settle();
    const heard = heardBy(page);
    page.set('lamp', 'on');
    expect(page.get('lamp')).to.equal('on');
    await line.settle();
    expect(line.tree.get('lamp')).to.equal('on');
    expect(heard).to.eql([['lamp undefined > on own']]);
    await page.saved();
  });

  it('keeps what it has set while others set the same path, until all have come to the same', async () => {
    const line = new Line();
    const [one, other] = [line.page(), line.page()];
    await line.settle();
    const heard = heardBy(one);
    one.set('x', 1);
    other.set('x', 2);
    expect([one.get('x'), other.get('x')]).to.eql([1, 2]);
    await line.settle();
    expect([one.get('x'), other.get('x'), line.tree.get('x')]).to.eql([2, 2, 2]);
    expect(heard).to.eql([['x undefined > 1 own'], ['x 1 > 2']]);
  });

  it('takes back what the server refuses, whole, and says why', async () => {
    const line = new Line({ write: ['open/*'] });
    const page = line.page();
    const refused: unknown[] = [];
    page.onRefused(({ paths, code }) => refused.push([paths, code]));
    await line.settle();
    const heard = heardBy(page);
    page.set({ 'open/a': 1, 'shut/b': 2 });
    const saved = page.saved();
    await line.settle();
    await saved;
    expect(heard).to.eql([
      ['open/a undefined > 1 own', 'shut/b undefined > 2 own'],
      ['open/a 1 > undefined refused', 'shut/b 2 > undefined refused'],
    ]);
    expect(refused).to.eql([[['open/a', 'shut/b'], 'TT_STORE_FORBIDDEN']]);
    expect(line.tree.dump()).to.eql([]);
  });

  it('shows a later one of its own when an earlier one is refused', async () => {
    const line = new Line({ valueBytes: 10 });
    const page = line.page();
    page.onRefused(() => {});
    await line.settle();
    page.set({ x: 'far too long for that', y: 1 });
    page.set('x', 'short');
    await line.settle();
    expect([page.get('x'), page.get('y'), line.tree.get('x')]).to.eql(['short', undefined, 'short']);
  });

  it('has every kind of value that a Store keeps, but for shared memory', async () => {
    const line = new Line();
    const values = {
      text: 'ü\u2028"\\', number: 1.5, flag: false, none: null, big: 12n, date: new Date(5), nan: NaN, zero: -0, never: Infinity,
      bytes: new Uint8Array([0, 255]), floats: new Float32Array([1.5]), buffer: new ArrayBuffer(2), view: new DataView(new ArrayBuffer(1)),
      map: new Map([[{ a: 1 }, new Set([1n])]]), list: [1, undefined, [null]], fields: { a: { b: [{}] } }, dollar: { $: 'date', v: 1 },
      proto: JSON.parse('{"__proto__":{"x":1}}') as object, 'key with , and "': 1,
    }; // prettier-ignore
    line.tree.set(values);
    line.tree.set('shared', new SharedArrayBuffer(8));
    const page = line.page();
    await line.settle();
    for (const [key, value] of Object.entries(values)) expect(page.get(key), key).to.eql(value);
    expect(page.get('shared')).to.equal(undefined);
    for (const [key, value] of Object.entries(values)) page.set(`copy/${key}`, value);
    await line.settle();
    for (const [key, value] of Object.entries(values)) expect(line.tree.get(`copy/${key}`), key).to.eql(value);
    expect(Object.isFrozen(page.get('fields'))).to.equal(true);
    expect(({} as { x?: number }).x).to.equal(undefined);
  });

  it('refuses what cannot be sent, and nothing is set', async () => {
    const line = new Line();
    const page = line.page();
    await line.settle();
    const circle: unknown[] = [];
    circle.push(circle);
    for (const value of [() => 1, Symbol('x'), circle, new (class Door {})(), new SharedArrayBuffer(1), [() => 1]])
      expect(() => page.set({ fine: 1, bad: value }))
        .to.throw(StoreClientError)
        .with.property('code', 'value');
    for (const path of ['a//b', 'a/*', '#', 'a/.', 'list#', '\0'])
      expect(() => page.set(path, 1))
        .to.throw(StoreClientError)
        .with.property('code', 'path');
    for (const data of [[], {}, 5, null, [['a']]])
      expect(() => page.set(data as never))
        .to.throw(StoreClientError)
        .with.property('code', 'data');
    await line.settle();
    expect([page.entries('**'), line.tree.dump()]).to.eql([[], []]);
  });

  it('has names and paths in the order of the Store', async () => {
    const line = new Line();
    for (let n = 0; n < 12; n++) line.tree.set('list/#', n);
    line.tree.set({ 'list/b': 1, 'list/a/deep': 2, 'list/lamp#0': 1, list: 'top' });
    const page = line.page();
    await line.settle();
    expect(page.keys('list')).to.eql(line.tree.at('list').keys());
    expect(page.keys()).to.eql(['list']);
    expect(page.entries('**')).to.eql(line.tree.dump());
  });

  it('hears what is there at once where it asks for that, and nothing after it has unsubscribed', async () => {
    const line = new Line();
    line.tree.set({ 'a/b': 1, 'a/c/d': 2 });
    const page = line.page();
    await line.settle();
    const heard: string[] = [];
    const told = page.subscribe('a', (events) => heard.push(...events.map(({ path, source }) => `${path} ${source}`)), {
      recursive: true,
      triggerNow: true,
    });
    expect(heard).to.eql(['a/b init', 'a/c/d init']);
    told.unsubscribe();
    page.set('a/b', 3);
    expect(heard).to.have.length(2);
  });

  it('tells batches in their order, also where one that hears sets something', async () => {
    const line = new Line();
    const page = line.page();
    await line.settle();
    const heard: string[] = [];
    page.subscribe('x', ([event]) => {
      if (event!.value === 1) page.set('x', 2);
    });
    page.subscribe('x', ([event]) => heard.push(String(event!.value)));
    page.set('x', 1);
    expect(heard).to.eql(['1', '2']);
  });

  it('follows other paths when it is told to', async () => {
    const line = new Line();
    line.tree.set({ 'a/x': 1, 'b/x': 2 });
    const page = line.page(['a/*']);
    await line.settle();
    const heard = heardBy(page);
    page.follow(['b/*']);
    await line.settle();
    expect(heard).to.eql([['b/x undefined > 2', 'a/x 1 > undefined']]);
    line.tree.set({ 'a/x': 3, 'b/x': 4 });
    await line.settle();
    expect(heard[1]).to.eql(['b/x 2 > 4']);
  });

  it('shows the newest of its own while an earlier one is confirmed', async () => {
    const line = new Line();
    const page = line.page();
    await line.settle();
    const heard = heardBy(page);
    page.set('x', 1);
    await Promise.resolve();
    page.set('x', 2);
    line.socket.deliverToServer();
    line.look();
    while (line.socket.deliverToPage());
    expect([page.get('x'), line.tree.get('x')]).to.eql([2, 1]);
    await line.settle();
    expect(line.tree.get('x')).to.equal(2);
    expect(heard).to.eql([['x undefined > 1 own'], ['x 1 > 2 own']]);
  });

  it('sees what is below a link as soon as that is there, and no more when it is gone', async () => {
    const line = new Line();
    line.tree.set({ 'devices/t1/value': 20, 'devices/t1/unit': 'C' });
    const page = line.page(['rooms/**']);
    const heard = heardBy(page);
    await line.settle();
    line.tree.at('rooms/hall/t1').linkTo('devices/t1');
    await line.settle();
    line.tree.remove('rooms/hall/t1');
    await line.settle();
    expect(heard).to.eql([
      ['rooms/hall/t1/unit undefined > C', 'rooms/hall/t1/value undefined > 20'],
      ['rooms/hall/t1/unit C > undefined', 'rooms/hall/t1/value 20 > undefined'],
    ]);
  });

  it('follows links that bubble', async () => {
    const line = new Line();
    line.tree.set('devices/t1/value', 20);
    line.tree.at('rooms/kitchen/t1').linkTo('devices/t1', { bubbleEvents: true });
    const page = line.page(['rooms/**']);
    await line.settle();
    expect(page.get('rooms/kitchen/t1/value')).to.equal(20);
    line.tree.set('devices/t1/value', 21);
    await line.settle();
    expect(page.get('rooms/kitchen/t1/value')).to.equal(21);
    page.set('rooms/kitchen/t1/on', true);
    await line.settle();
    expect([line.tree.get('devices/t1/on'), page.get('rooms/kitchen/t1/on')]).to.eql([true, true]);
  });
});
