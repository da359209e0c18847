import { expect } from 'chai';
import { StoreTree } from '../../src/store/index.js';
import { expectThrow } from '../support/errors.js';

describe('a list in a Store', () => {
  let store: StoreTree;
  beforeEach(() => (store = new StoreTree()));

  const shape = (): unknown => store.dump();

  it('has its elements made by #, and the last of them named by a dot', () => {
    store.set([
      ['sensors/#', 'temp'],
      ['sensors/./unit', 'C'],
      ['sensors/#', 'hum'],
      ['sensors/sens#', 't2'],
      ['sensors/sens./val', 25.5],
    ]);
    expect(shape()).to.deep.equal([
      ['sensors/#0', 'temp'],
      ['sensors/#0/unit', 'C'],
      ['sensors/#1', 'hum'],
      ['sensors/sens#0', 't2'],
      ['sensors/sens#0/val', 25.5],
    ]);
  });

  it('gives all children, those of the list without a name, or those of one by name', () => {
    store.set([
      ['sensors/#', 'temp_sensor_1'],
      ['sensors/./unit', 'C'],
      ['sensors/#', 'hum_sensor'],
      ['sensors/./unit', '%'],
      ['sensors/extra', 33],
      ['sensors/sens#', 'temp_sensor_2'],
      ['sensors/sens./unit', 'F'],
    ]);
    const sensors = store.at('sensors');
    expect(sensors.children().map(({ v }) => v)).to.deep.equal(['temp_sensor_1', 'hum_sensor', 33, 'temp_sensor_2']);
    expect(sensors.children('').map(({ v }) => v)).to.deep.equal(['temp_sensor_1', 'hum_sensor']);
    expect(sensors.children('sens').map((item) => item.get('unit'))).to.deep.equal(['F']);
    expect(store.at('nowhere').children()).to.deep.equal([]);
  });

  it('is in the order of its numbers, and before other names', () => {
    store.set('l/name', 1);
    for (let n = 0; n < 12; n++) store.set('l/#', n).set('l/b#', n);
    expect(store.at('l').keys('')).to.deep.equal(Array.from({ length: 12 }, (_, n) => `#${n}`));
    expect(store.at('l').keys('b')).to.deep.equal(Array.from({ length: 12 }, (_, n) => `b#${n}`));
    expect(store.at('l').keys().at(-1)).to.equal('name');
  });

  it('knows the element that a path is in, of nested ones the innermost', () => {
    store.set([
      ['users/#', 'alice'],
      ['users/./profile/age', 30],
      ['users/./pets/#', 'cat'],
    ]);
    expect(store.at('users/#0/profile/age').listRoot?.v).to.equal('alice');
    expect(store.at('users/#0/pets/#0/name').listRoot?.v).to.equal('cat');
    expect(store.at('users/#0').listRoot?.path).to.equal('users/#0');
    expect(store.at('users').listRoot).to.equal(undefined);
  });

  it('makes one more element for each #, in one path as well', () => {
    store.set([
      ['a/#/b/#', 1],
      ['a/#/name', 'x'],
      ['a/#/name', 'y'],
    ]);
    expect(shape()).to.deep.equal([
      ['a/#0/b/#0', 1],
      ['a/#1/name', 'x'],
      ['a/#2/name', 'y'],
    ]);
  });

  it('counts on from its highest number, whatever was removed below that', () => {
    store.at('l').extend(['a', 'b', 'c']);
    store.remove('l/#0');
    expect(store.at('l').append().key).to.equal('#3');
    store.remove('l/#3');
    expect(store.at('l').append().key).to.equal('#3');
    store.set('l/#500', 1).remove('l/#500');
    expect(store.at('l').append().key).to.equal('#4');
  });

  it('has elements without a value', () => {
    store.set('users/#/name', 'bob');
    expect(store.get('users/#0')).to.equal(undefined);
    expect(store.at('users').append().v).to.equal(undefined);
    expect(store.at('users').keys()).to.deep.equal(['#0', '#1']);
  });

  it('is written through the element that append() gives', () => {
    const lamp = store.at('room').append('lamp');
    lamp.set('power', 'on').v = 'desk';
    expect([lamp.path, lamp.key]).to.deep.equal(['room/lamp#0', 'lamp#0']);
    expect(shape()).to.deep.equal([
      ['room/lamp#0', 'desk'],
      ['room/lamp#0/power', 'on'],
    ]);
  });

  it('takes several elements: values, and what pairs say', () => {
    store.at('l').extend([
      1,
      [
        ['name', 'x'],
        ['size', 2],
      ],
      [3, 4],
    ]);
    expect(shape()).to.deep.equal([
      ['l/#0', 1],
      ['l/#1/name', 'x'],
      ['l/#1/size', 2],
      ['l/#2', [3, 4]],
    ]);
  });

  it('has a property of each element set at once, or of those of one name', () => {
    store.set({ 'room/lamp#0/brightness': 0, 'room/lamp#1/brightness': 0, 'room/fan#0/speed': 0 });
    store.at('room').setEach('brightness', 100, 'lamp');
    expect([store.get('room/lamp#0/brightness'), store.get('room/lamp#1/brightness')]).to.deep.equal([100, 100]);
    expect([store.get('room/fan#0/speed'), store.get('room/fan#0/brightness')]).to.deep.equal([0, undefined]);
    store.at('room').setEach('disabled', true);
    expect(store.children().flatMap((room) => room.children().map((item) => item.get('disabled')))).to.deep.equal([
      true,
      true,
      true,
    ]);
  });

  it('has a dot mean the last element that this cursor made, whoever made others since', () => {
    const mine = store.at('logs');
    const other = store.at('logs');
    mine.set('#', 'mine');
    other.set('#', 'other');
    mine.set('./by', 'me');
    expect([store.get('logs/#0/by'), store.get('logs/#1/by')]).to.deep.equal(['me', undefined]);
    store.at('logs').set('./by', 'anybody');
    expect(store.get('logs/#1/by')).to.equal('anybody');
  });

  it('has a dot mean the highest element when the one that the cursor made is gone', () => {
    const logs = store.at('logs');
    logs.set('#', 'a').set('#', 'b').remove('#1');
    logs.set('./x', 1);
    expect(store.get('logs/#0/x')).to.equal(1);
  });

  it('has a dot mean the place itself where there is no list', () => {
    store.set('none/./q', 1);
    expect(shape()).to.deep.equal([['none/q', 1]]);
  });

  it('has name. mean the last element in a child of that name', () => {
    store.set({ 'a/list/#0': 1, 'a/list/#1': 2 }).set('a/list./x', 3);
    expect(store.get('a/list/#1/x')).to.equal(3);
  });

  it('refuses name. where there is no list of that name', () => {
    expectThrow(() => store.set('versions/v1.', 5), 'TT_STORE_PATH');
    expect(store.dump()).to.deep.equal([]);
  });

  it('takes names with dots and numbers elsewhere for ordinary ones', () => {
    store.set({ '192.168.1.1': 1, 'v1.0': 2, 'l/#0': 3, 'l/#007': 4 });
    expect(shape()).to.deep.equal([
      ['192.168.1.1', 1],
      ['l/#0', 3],
      ['l/#007', 4],
      ['v1.0', 2],
    ]);
    expect(store.at('l').append().key).to.equal('#1');
  });

  it('has an element removed with all in it, found from within it', () => {
    const list = store.at('list2');
    list.append().set({ '': 'name3', a: 1 });
    const last = list.append().set({ '': 'name4', a: 1, 'b/c': 2 });
    expect(last.at('b/c').listRoot?.pop()).to.equal('name4');
    expect(list.keys()).to.deep.equal(['#0']);
  });
});
