import { expect } from 'chai';
import { StoreTree } from '../../src/store/index.js';
import { expectThrow } from '../support/errors.js';
import { type Heard, hearing } from './support/heard.js';

describe('a link', () => {
  let store: StoreTree;
  let heard: Heard;
  beforeEach(() => {
    store = new StoreTree();
    heard = hearing();
  });

  const link = (alias: string, target: string, bubbleEvents = false): unknown =>
    store.at(alias).linkTo(target, { bubbleEvents });

  it('has what is read and written at the alias and below read and written at its target', () => {
    store.set('devices/lamp_1', { state: 'off', brightness: 0 });
    link('house/living/main_light', 'devices/lamp_1');
    const alias = store.at('house/living/main_light');
    expect(alias.v).to.deep.equal({ state: 'off', brightness: 0 });
    alias.set('brightness', 100);
    expect(store.get('devices/lamp_1/brightness')).to.equal(100);
    alias.v = 'on';
    expect(store.get('devices/lamp_1')).to.equal('on');
    expect(alias.keys()).to.deep.equal(['brightness']);
    expect(alias.children().map(({ path }) => path)).to.deep.equal(['house/living/main_light/brightness']);
  });

  it('is followed within a path, and several are followed one after another', () => {
    store.set('devices/thermostat_1/temperature', 21.5);
    link('rooms/kitchen/climate', 'devices/thermostat_1');
    link('favourite', 'rooms/kitchen');
    expect(store.get('rooms/kitchen/climate/temperature')).to.equal(21.5);
    store.at('favourite/climate/temperature').v = 22;
    expect(store.get('devices/thermostat_1/temperature')).to.equal(22);
  });

  it('may lead to what is not there: writing makes it', () => {
    link('a', 'not/there');
    expect([store.get('a'), store.has('a'), store.has('not')]).to.deep.equal([undefined, false, false]);
    store.set('a/x', 1);
    expect(store.get('not/there/x')).to.equal(1);
  });

  it('is replaced by another one at the same place', () => {
    store.set({ one: 1, two: 2 });
    link('a', 'one');
    expect(store.get('a')).to.equal(1);
    link('a', 'two');
    expect(store.get('a')).to.equal(2);
  });

  it('is made to a cursor as well', () => {
    const target = store.set('target', 1).at('target');
    store.at('alias').linkTo(target);
    expect(store.get('alias')).to.equal(1);
  });

  it('takes the place of what was there', () => {
    store.set({ 'a/x': 1, 'a/y/z': 2, 'b/x': 3 });
    store.subscribe('a', heard, { recursive: true });
    link('a', 'b');
    expect(store.dump()).to.deep.equal([
      ['a', { $link: 'b', bubbleEvents: false }],
      ['b/x', 3],
    ]);
    expect(heard.words).to.deep.equal(['a/x: 1 -> 3', 'a/y/z: 2 -> -']);
  });

  it('is found by paths that led elsewhere before', () => {
    store.set({ 'a/x': 1, a: 2, 'b/x': 3, b: 4 });
    expect([store.get('a/x'), store.get('a')]).to.deep.equal([1, 2]);
    link('a', 'b');
    expect([store.get('a/x'), store.get('a')]).to.deep.equal([3, 4]);
    store.remove('a');
    expect([store.get('a/x'), store.get('a')]).to.deep.equal([undefined, undefined]);
  });

  it('tells who has subscribed the alias what it shows now, where that differs', () => {
    store.set({ one: 1, two: 2, three: 2 });
    store.subscribe('a', heard);
    link('a', 'one');
    link('a', 'two');
    link('a', 'three', true);
    expect(heard.words).to.deep.equal(['a: - -> 1', 'a: 1 -> 2']);
  });

  it('is removed alone: its target stays', () => {
    store.set('target/x', 1);
    link('a', 'target');
    store.remove('a');
    expect(store.dump()).to.deep.equal([['target/x', 1]]);
  });

  it('has what is removed below it removed at its target', () => {
    store.set({ 'target/x': 1, 'target/y': 2 });
    link('a', 'target');
    store.remove('a/x');
    expect(store.dump()).to.deep.equal([
      ['a', { $link: 'target', bubbleEvents: false }],
      ['target/y', 2],
    ]);
  });

  describe('that is passive', () => {
    it('has events at its target only', () => {
      link('house/lamps/l1', 'devices/l1');
      const devices = hearing();
      store.subscribe('devices', devices, { recursive: true });
      store.subscribe('house/lamps', heard, { recursive: true });
      store.set('devices/l1/power', 'on').set('house/lamps/l1/power', 'off');
      expect(devices.words).to.deep.equal(['devices/l1/power: - -> "on"', 'devices/l1/power: "on" -> "off"']);
      expect(heard.calls).to.deep.equal([]);
    });

    it('stays when its target is removed, and leads to the next one', () => {
      store.set('target', 1);
      link('a', 'target');
      store.remove('target');
      expect(store.get('a')).to.equal(undefined);
      store.at('a').v = 2;
      expect(store.get('target')).to.equal(2);
    });
  });

  describe('that is active', () => {
    it('has events of its target and below told of the alias, too', () => {
      link('house/living/motion', 'devices/motion_1', true);
      const devices = hearing();
      store.subscribe('devices', devices, { recursive: true });
      store.subscribe('house/living', heard, { recursive: true });
      store.set('devices/motion_1/detected', true, { source: 'pir' });
      store.set('house/living/motion/detected', false);
      expect(devices.words).to.deep.equal([
        'devices/motion_1/detected: - -> true (pir)',
        'devices/motion_1/detected: true -> false',
      ]);
      expect(heard.words).to.deep.equal([
        'house/living/motion/detected: - -> true (pir)',
        'house/living/motion/detected: true -> false',
      ]);
    });

    it('is heard by the path of a property of its target', () => {
      store.set('devices/sensor_1/motion', false);
      link('security/zones/front_door', 'devices/sensor_1', true);
      store.subscribe('security/zones/front_door/motion', heard);
      store.set('devices/sensor_1/motion', true);
      expect(heard.words).to.deep.equal(['security/zones/front_door/motion: false -> true']);
    });

    it('is heard by wildcards', () => {
      link('house/living/switches/main', 'devices/sw_1', true);
      link('house/living/switches/reading', 'devices/sw_2', true);
      store.subscribe('house/living/switches/*', heard, { recursive: true });
      store.group(() => store.set('devices/sw_1/state', 'on').set('devices/temp', 21).set('devices/sw_2/state', 'on'));
      expect(heard.calls).to.have.length(1);
      expect(heard.words).to.deep.equal([
        'house/living/switches/main/state: - -> "on"',
        'house/living/switches/reading/state: - -> "on"',
      ]);
    });

    it('keeps a batch together: one call, in the order of the writes', () => {
      link('alias', 'target', true);
      store.subscribe('', heard, { recursive: true });
      store.set([
        ['target/a', 1],
        ['other', 2],
        ['alias/b', 3],
      ]);
      expect(heard.calls).to.have.length(1);
      expect(heard.words).to.deep.equal([
        'target/a: - -> 1',
        'alias/a: - -> 1',
        'other: - -> 2',
        'target/b: - -> 3',
        'alias/b: - -> 3',
      ]);
    });

    it('is heard through others that lead to it, or to where it stands', () => {
      link('a', 'd', true);
      link('b', 'a', true);
      link('house/lamp', 'd', true);
      link('c', 'house', true);
      store.subscribe('**', heard);
      store.set('d/x', 1);
      expect(heard.take().sort()).to.deep.equal([
        'a/x: - -> 1',
        'b/x: - -> 1',
        'c/lamp/x: - -> 1',
        'd/x: - -> 1',
        'house/lamp/x: - -> 1',
      ]);
      link('house/lamp', 'e', true);
      heard.take();
      store.set('d/x', 2);
      expect(heard.take().sort()).to.deep.equal(['a/x: 1 -> 2', 'b/x: 1 -> 2', 'd/x: 1 -> 2']);
    });

    it('below its own target is heard once', () => {
      link('a/loop', 'a', true);
      store.subscribe('**', heard);
      store.set('a/x', 1);
      expect(heard.words).to.deep.equal(['a/x: - -> 1', 'a/loop/x: - -> 1']);
      expect(store.get('a/loop/loop/x')).to.equal(1);
    });

    it('goes with its target, which is told once', () => {
      store.set('system/users/u1', { name: 'Alice' });
      link('ui/current_user', 'system/users/u1', true);
      store.subscribe('ui/current_user', heard);
      store.remove('system/users/u1');
      expect([store.get('ui/current_user'), store.has('ui/current_user')]).to.deep.equal([undefined, false]);
      expect(heard.words).to.deep.equal(['ui/current_user: {"name":"Alice"} -> -']);
    });

    it('goes with what its target is in, and with an alias on its way', () => {
      store.set('a/b/c', 1);
      link('one', 'a/b/c', true);
      link('two', 'one', true);
      link('way', 'a', false);
      link('three', 'way/b', true);
      store.subscribe(['one', 'two', 'three'], heard);
      store.remove('way');
      expect(store.keys()).to.deep.equal(['a', 'one', 'two']);
      store.remove('a');
      expect(store.keys()).to.deep.equal([]);
      expect(heard.words).to.deep.equal(['one: 1 -> -', 'two: 1 -> -']);
    });

    it('stays when the value of its target goes', () => {
      store.set('target', 1);
      link('a', 'target', true);
      store.subscribe('a', heard);
      store.at('target').v = undefined;
      store.at('target').v = 2;
      expect(heard.words).to.deep.equal(['a: 1 -> -', 'a: - -> 2']);
    });
  });

  describe('in a circle', () => {
    it('is refused, and not made', () => {
      link('folder_a', 'folder_b');
      for (const [alias, target] of [
        ['folder_b', 'folder_a'],
        ['folder_b', 'folder_a/deep'],
        ['self', 'self'],
        ['inside', 'inside/it'],
      ] as const) {
        expectThrow(() => link(alias, target), 'TT_STORE_LINK_CIRCLE');
      }
      expect(store.dump()).to.deep.equal([['folder_a', { $link: 'folder_b', bubbleEvents: false }]]);
    });

    it('that others have closed is found when a path leads into it', () => {
      link('b/c', 'a/c', true);
      link('a', 'b');
      expectThrow(() => store.get('a/c'), 'TT_STORE_LINK_CIRCLE');
      expectThrow(() => store.set('b/c/d', 1), 'TT_STORE_LINK_CIRCLE');
      store.set('b/d', 1);
      expect(store.get('a/d')).to.equal(1);
      store.remove('b/c');
      expect(store.get('a/c')).to.equal(undefined);
    });
  });

  it('has the lists of its target counted there, and overwrites nothing', () => {
    store.set('target/#', 'first').set('target/#', 'second');
    link('alias', 'target');
    const item = store.at('alias').append();
    store.set('alias/#/name', 'x');
    expect(item.path).to.equal('alias/#2');
    expect(store.get('target/#0')).to.equal('first');
    expect(store.at('target').keys()).to.deep.equal(['#0', '#1', '#2', '#3']);
    store.set('alias/./more', 1);
    expect(store.get('target/#3/more')).to.equal(1);
  });

  it('is seen through by a wildcard that is triggered now', () => {
    store.set({ 'devices/l1/power': 'on', 'devices/l2/power': 'off' });
    link('house/a', 'devices/l1');
    link('house/b', 'devices/l2', true);
    link('house/gone', 'devices/l3');
    store.subscribe('house/*/power', heard, { triggerNow: true });
    expect(heard.take()).to.deep.equal(['house/a/power: - -> "on" (init)', 'house/b/power: - -> "off" (init)']);
    store.subscribe('house/*', heard, { triggerNow: true, extract: ['power'], recursive: true });
    expect(heard.take()).to.deep.equal(['house/a: - -> {"power":"on"} (init)', 'house/b: - -> {"power":"off"} (init)']);
  });

  it('below its own target is followed once by such a wildcard', () => {
    store.set('a/x', 1);
    link('a/loop', 'a');
    store.subscribe('a/**', heard, { triggerNow: true });
    expect(heard.calls[0]!.map(({ path }) => path)).to.deep.equal(['a/loop', 'a/loop/x', 'a/x']);
  });

  it('has a property of what it leads to set with those of its siblings', () => {
    store.set({ 'devices/l1/power': 'off', 'devices/l2/power': 'off' });
    link('house/lamps/l1', 'devices/l1');
    link('house/lamps/l2', 'devices/l2');
    store.at('house/lamps').setEach('power', 'on');
    expect([store.get('devices/l1/power'), store.get('devices/l2/power')]).to.deep.equal(['on', 'on']);
  });

  it('is not made of the root, nor to a pattern', () => {
    expectThrow(() => link('', 'a'), 'TT_STORE_PATH');
    expectThrow(() => link('a', 'b/*'), 'TT_STORE_PATH');
  });
});
