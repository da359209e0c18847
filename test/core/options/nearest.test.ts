import { expect } from 'chai';
import { nearest } from '../../doors/core.js';

describe('the nearest word', () => {
  const events = ['onStart', 'onEnter', 'onExit', 'onData'];

  it('is the one that differs in case only', () => {
    expect(nearest('onstart', events)).to.equal('onStart');
  });

  const edits = { swapped: 'onStrat', missing: 'onStrt', added: 'onSttart', replaced: 'onStirt' };
  for (const [edit, word] of Object.entries(edits)) {
    it(`is found with a letter ${edit}`, () => {
      expect(nearest(word, events, 1)).to.equal('onStart');
    });
  }

  it('is undefined if all names differ by more than the limit', () => {
    expect(nearest('onLightsOff', events)).to.equal(undefined);
    expect(nearest('onDta', events, 0)).to.equal(undefined);
  });

  it('is the closest of several, and the first of equals', () => {
    expect(nearest('onExitt', ['onEdit', 'onExit'])).to.equal('onExit');
    expect(nearest('bat', ['cat', 'rat'])).to.equal('cat');
  });

  it('is nothing for an empty list', () => {
    expect(nearest('onStart', [], Infinity)).to.equal(undefined);
  });
});
