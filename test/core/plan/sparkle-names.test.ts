import { expect } from 'chai';
import { eventName, parseSparkleName } from '../../doors/core.js';
import { expectThrow } from '../../support/errors.js';

describe('a sparkle name', () => {
  const good = {
    ttsc__close: ['ttsc', undefined, 'close', 'ttsc__close'],
    ttse__onData: ['ttse', undefined, 'onData', 'ttse__onData'],
    tts__step: ['tts', undefined, 'step', 'tts__step'],
    _tts__step: ['_tts', undefined, 'step', '_tts__step'],
    _ttss__end: ['_ttss', undefined, 'end', '_ttss__end'],
    ttsc_open__close: ['ttsc', 'open', 'close', 'ttsc__close'],
    ttse_half_open__onEnter: ['ttse', 'half_open', 'onEnter', 'ttse__onEnter'],
    _tts_a__b_c: ['_tts', 'a', 'b_c', '_tts__b_c'],
    ttsc_2__x1: ['ttsc', '2', 'x1', 'ttsc__x1'],
  };
  for (const [key, [prefix, state, name, generic]] of Object.entries(good)) {
    it(`${key} is prefix ${prefix}, ${state === undefined ? 'no state' : `state ${state}`}, name ${name}`, () => {
      expect(parseSparkleName(key)).to.deep.equal({ prefix, state, name, generic });
    });
  }

  const bad = [
    'ttsc_close',
    'ttsc_',
    'ttsc__',
    'ttsc_open__',
    'ttsc___close',
    'ttsc_open___close',
    'ttsc__close__now',
    'ttsc_a__b__c',
    'ttse__on__data',
    '_tts_x',
    '_ttss_x',
    'tts_x',
  ];
  for (const key of bad) {
    it(`${key} starts like a sparkle and is refused`, () => {
      expect(expectThrow(() => parseSparkleName(key), 'TT_BAD_SPARKLE_NAME').message).to.contain(key);
    });
  }

  for (const key of [
    'close',
    'ttscore',
    'ttsClose',
    'tts',
    'ttsc',
    '_close',
    '__close',
    'xttsc__close',
    'constructor',
  ]) {
    it(`${key} is an ordinary method`, () => {
      expect(parseSparkleName(key)).to.equal(undefined);
    });
  }

  it('is read with prefixes of its own where they are given', () => {
    expect(parseSparkleName('ui_open__click', ['ui'])).to.include({ prefix: 'ui', state: 'open', name: 'click' });
    expect(parseSparkleName('ttsc__close', ['ui'])).to.equal(undefined);
  });

  it('of an event is made of the name of a timer', () => {
    expect(eventName('lightsOff')).to.equal('ttse__onLightsOff');
    expect(eventName('x')).to.equal('ttse__onX');
  });
});
