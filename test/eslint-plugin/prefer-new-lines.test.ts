import { expect } from 'chai';
import { Catalyst, SelectorCatalyst } from '../../src/index.js';
import { SELECTOR_ONLY } from '../doors/eslint-plugin.js';
import { startApp } from '../support/app.js';
import { accepts, reports } from './rule-tester.js';

accepts('prefer-new-lines', {
  'states that are said once': `class A extends Tonic.with({ states: ['a'] }) {} class B extends Tonic<'a'> {} class C extends Tonic { static states = ['a']; }`,
  'lists that are not written here': `class A extends Tonic<'a'> { static states = STATES; } class B extends Tonic<S> { static states = ['a']; }`,
  'a parent of your own, which may take more': `class A extends Base<'a'> { static states = ['a']; }`,
  'the selector of the Catalyst': `class A extends Tonic { ttse__onStart() { SelectorCatalyst.of(this).selector; SelectorCatalyst.of(other).name; const c = SelectorCatalyst.of(this); } }`,
  'a timer that is paused later': `const timer = new TimerPausing({ seconds: 5 }); go(); timer.pause();`,
  'a timer of another kind, or another timer': `const a = new Timer({ s: 5 }); a.pause(); const b = new TimerPausing({ seconds: 5 }); other.pause();`,
  'sparkles of two states that do different things': `class A extends Tonic { ttsc_a__x() { go(); } ttsc_b__x() { stop(); } ttsc_a__y() { go(); } ttsc_b__z(n) { go(); } }`,
  'a sparkle of a state that does what one of a group does': `class A extends Tonic.with({ states: ['a', 'b', 'c'], groups: { ab: ['a', 'b'] } }) { ttsc_ab__x() { go(); } ttsc_c__x() { go(); } }`,
  'sparkles of two states that do nothing': `class A extends Tonic { ttsc_a__x() {} ttsc_b__x() {} }`,
});

reports('prefer-new-lines', {
  'states that are said twice': {
    code: `class Door extends Tonic<'locked' | 'open'> {\n  static override readonly states = ['locked', 'open'];\n  n = 1;\n}`,
    message: `The states are listed twice. List them once: extends Tonic.with({ states: ['locked', 'open'] }).`,
    fixed: `class Door extends Tonic.with({ states: ['locked', 'open'] }) {\n  n = 1;\n}`,
  },
  'states that are said twice, with a name': {
    code: `const STATES = ['a', 'b'] as const; class Door extends TcpConnection<(typeof STATES)[number]> { static override readonly states = STATES; }`,
    message: `The states are listed twice. List them once: extends TcpConnection.with({ states: STATES }).`,
    fixed: `const STATES = ['a', 'b'] as const; class Door extends TcpConnection.with({ states: STATES }) { }`,
  },
  'states that are said twice, in another order': {
    code: `class Door extends Tonic<'a' | 'b'> { static states = ['b', 'a'] as const; }`,
    message: `The states are listed twice. List them once: extends Tonic.with({ states: ['b', 'a'] }).`,
    fixed: `class Door extends Tonic.with({ states: ['b', 'a'] }) { }`,
  },
  'two lists of states that differ, of which it takes none': {
    code: `class Door extends Tonic<'a'> { static states = ['a', 'b']; }`,
    message: `The states are listed twice, and the two lists differ. List them once: extends Tonic.with({ states: ['a', 'b'] }).`,
  },
  'a look for the Catalyst': {
    code: `class A extends Tonic { ttse__onStart() { SelectorCatalyst.of(this).ttsc__finish(); } }`,
    message: 'A Tonic knows its Catalyst: this.catalyst.',
    fixed: `class A extends Tonic { ttse__onStart() { this.catalyst.ttsc__finish(); } }`,
  },
  'a timer that is paused in the next line': {
    code: `const timer: TimerPausing = new TimerPausing({ seconds: 5 });\ntimer.pause();\ngo();`,
    message: 'A TimerPausing may start paused: { paused: true }.',
    fixed: `const timer: TimerPausing = new TimerPausing({ seconds: 5, paused: true });\ngo();`,
  },
  'a field that is paused in the next line': {
    code: `function f() { this.timer = new TimerPausing({ seconds: 5 }); this.timer.pause(); }`,
    message: 'A TimerPausing may start paused: { paused: true }.',
    fixed: `function f() { this.timer = new TimerPausing({ seconds: 5, paused: true }); }`,
  },
  'one body for two states': {
    code: `class A extends Tonic { ttsc_ready__quit() { this.end(); } ttsc_mail__quit() { this.end(); } }`,
    message:
      "ttsc_mail__quit does what ttsc_ready__quit does. Write it once, for a group of these states: groups: { name: ['ready', 'mail'] }.",
  },
});

describe('tasktonic/prefer-new-lines', () => {
  it('knows what only a SelectorCatalyst has', async () => {
    const has = (tonic: object): Set<string> => {
      const names = new Set(Object.keys(tonic));
      for (let level = tonic; level !== Object.prototype; level = Object.getPrototypeOf(level) as object)
        for (const name of Object.getOwnPropertyNames(level)) names.add(name);
      return names;
    };
    let only: string[] = [];
    const app = await startApp(() => {
      const plain = has(new Catalyst());
      only = [...has(new SelectorCatalyst())].filter((name) => !plain.has(name) && !name.startsWith('_'));
    });
    expect(only.filter((name) => !['turnTime', 'regulateReading'].includes(name))).to.have.members([...SELECTOR_ONLY]);
    await app.finish();
  });
});
