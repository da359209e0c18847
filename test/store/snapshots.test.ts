import { expect } from 'chai';
import { StoreTree } from '../../src/store/index.js';
import { type Heard, hearing } from './support/heard.js';

describe('a subscription that extracts fields', () => {
  let store: StoreTree;
  let heard: Heard;
  beforeEach(() => {
    store = new StoreTree();
    heard = hearing();
  });

  it('hears these, and no others, when the value of its path changes', () => {
    store.set({ 'sensor/temp': 25, 'sensor/temp/unit': 'Celsius', 'sensor/temp/battery': 80 });
    store.subscribe('sensor/temp', heard, { extract: ['.', 'unit'] });
    store.set('sensor/temp/unit', 'C').set('sensor/temp', 26.5);
    expect(heard.calls).to.deep.equal([
      [
        {
          path: 'sensor/temp',
          value: { '.': 26.5, unit: 'C' },
          old: { '.': 25, unit: 'C' },
          source: undefined,
        },
      ],
    ]);
  });

  it('hears them of what its pattern fits, where something below that changes', () => {
    store.set({
      'ui/items/btn_save/color': 'blue',
      'ui/items/btn_save/active': true,
      'ui/items/btn_cancel/color': 'red',
      'ui/items/btn_cancel/active': false,
    });
    store.subscribe('ui/items/*', heard, { extract: ['color', 'active'], recursive: true });
    store.set('ui/items/btn_cancel/color', 'grey');
    store.set('ui/items/btn_save/active', false);
    expect(heard.calls.flat().map(({ path, value }) => [path, value])).to.deep.equal([
      ['ui/items/btn_cancel', { color: 'grey', active: false }],
      ['ui/items/btn_save', { color: 'blue', active: false }],
    ]);
  });

  it('hears each place once a batch, with its first source, as all of it is at the end, and was at the beginning', () => {
    store.set([
      ['sensors/#', 'temp'],
      ['sensors/./value', 15],
      ['sensors/./unit', 'C'],
      ['sensors/#', 'hum'],
      ['sensors/./value', -1],
    ]);
    store.subscribe('sensors/*', heard, { extract: ['.', 'value', 'deep/er'], recursive: true });
    store.group(() => {
      store.set('sensors/#0/unit', 'F', { source: 'poll' });
      store.set('sensors/#0/value', 16).set('sensors/#1/value', 40).set('sensors/#0/value', 17);
      store.set('sensors/#0/deep/er', 1);
    });
    expect(heard.calls).to.deep.equal([
      [
        {
          path: 'sensors/#0',
          value: { '.': 'temp', value: 17, 'deep/er': 1 },
          old: { '.': 'temp', value: 15, 'deep/er': undefined },
          source: 'poll',
        },
        {
          path: 'sensors/#1',
          value: { '.': 'hum', value: 40, 'deep/er': undefined },
          old: { '.': 'hum', value: -1, 'deep/er': undefined },
          source: undefined,
        },
      ],
    ]);
    expect(Object.isFrozen(heard.calls[0]![0]!.value)).to.equal(true);
  });

  it('hears them at once where it is triggered', () => {
    store.set({ 'ui/button': 'submit', 'ui/button/color': 'blue', 'ui/button/hidden': false });
    store.subscribe('ui/button', heard, { extract: ['.', 'color'], triggerNow: true });
    expect(heard.calls).to.deep.equal([
      [{ path: 'ui/button', value: { '.': 'submit', color: 'blue' }, old: undefined, source: 'init' }],
    ]);
  });

  it('hears them at once of each place that its pattern fits', () => {
    store.set({
      'ui/list/item_1/color': 'red',
      'ui/list/item_1/active': true,
      'ui/list/item_2/color': 'blue',
      'ui/list/item_2/active': false,
      'ui/other_stuff/color': 'green',
    });
    store.subscribe('ui/list/*', heard, { extract: ['color', 'active'], recursive: true, triggerNow: true });
    expect(heard.calls).to.have.length(1);
    expect(heard.calls[0]!.map(({ path, value }) => [path, value])).to.deep.equal([
      ['ui/list/item_1', { color: 'red', active: true }],
      ['ui/list/item_2', { color: 'blue', active: false }],
    ]);
  });

  it('hears that all is gone when its place is removed', () => {
    store.set({ 's/a': 1, 's/a/x': 2 });
    store.subscribe('s/*', heard, { extract: ['.', 'x'], recursive: true });
    store.remove('s/a');
    expect(heard.words).to.deep.equal(['s/a: {".":1,"x":2} -> {}']);
  });
});
