import { accepts, reports } from './rule-tester.js';

const OPEN = `class Door extends Tonic.with({ states: ['shut', 'open'] }) { ttsc_open__close() {}`;

accepts('no-unentered-state', {
  'a state that the class enters': `${OPEN} ttse__onStart() { this.toState('open'); } }`,
  'one that the parent in this file enters': `class Gate extends Tonic<'open'> { ttse__onStart() { this.toState('open'); } } class Door extends Gate { ttsc_open__close() {} }`,
  'one that a class enters that extends it in this file': `${OPEN} } class Gate extends Door { ttse__onStart() { this.toState('open', { reenter: true }); } }`,
  'one that another Tonic of this file asks for': `${OPEN} } class House extends Tonic { ttse__onStart() { this.door.ttsc__toState('open'); } }`,
  'one that is raised': `${OPEN} ttse__onStart() { this.raise.ttsc__toState('open'); } }`,
  'one of two': `${OPEN} ttse__onStart() { this.toState(late ? 'shut' : 'open'); } }`,
  'any, where the run decides': `${OPEN} ttsc__go(state) { this.toState(state); } }`,
  'any, where the run decides in the parent': `class Gate extends Tonic<'open'> { go(s) { this.toState(s); } } class Door extends Gate { ttsc_open__close() {} }`,
  'any, where the transition is handed on': `${OPEN} ttse__onStart() { other(this.bind('x'), this.ttsc__toState); } }`,
  'any of a group with a state that is entered': `class Door extends Tonic.with({ states: ['a', 'b'], groups: { some: ['a', 'b'] } }) { ttsc_some__x() {} ttse__onStart() { this.toState('b'); } }`,
  'any of a group that is not written here': `import { GROUPS } from './groups.js'; class Door extends Tonic { static states = ['a']; static groups = GROUPS; ttsc_some__x() {} }`,
  'an abstract class': `abstract class Door extends Tonic<'open'> { ttsc_open__close() {} }`,
  'states that are a parameter': `class Door<S extends string> extends Tonic<S | 'open'> { ttsc_open__close() {} }`,
  'a parent of another file': `import { Gate } from './gate.js'; class Door extends Gate { ttsc_open__close() {} }`,
  'a class that is no Tonic': `class Door extends EventEmitter { ttsc_open__close() {} }`,
  'a state that is not there, which sparkle-names tells': `class Door extends Tonic<'open'> { ttsc_opne__close() {} ttse__onStart() { this.toState('open'); } }`,
  'methods for no state': `class Door extends Tonic { ttsc__close() {} ordinary() {} static ttsc_open__x() {} }`,
});

const NEVER = "ttsc_open__close never runs: nothing enters the state open. Write this.toState('open') where it begins.";

reports('no-unentered-state', {
  'a state that is said with with': { code: `${OPEN} }`, message: NEVER },
  'a state of the type argument': {
    code: `class Door extends Tonic<'open'> { ttsc_open__close() {} }`,
    message: NEVER,
  },
  'a state of static states': {
    code: `class Door extends Tonic { static states = ['open']; ttsc_open__close() {} ttse__onStart() { this.toState(undefined); } }`,
    message: NEVER,
  },
  'a state of a class that lists none': {
    code: `class Door extends Tonic { ttsc_open__close() {} ttse__onStart() { this.toState('opne'); } }`,
    message: NEVER,
  },
  'a state that only another class enters': {
    code: `${OPEN} } class Gate extends Tonic { ttse__onStart() { this.toState('open'); } ttsc__any(s) { this.toState(s); } }`,
    message: NEVER,
  },
  'a group whose states stand in a list': {
    code: `const ALL = ['a', 'b'] as const; class Door extends Tonic.with({ states: ALL, groups: { some: ALL } }) { ttsc_some__x() {} }`,
    message: 'ttsc_some__x never runs: nothing enters a state of the group some.',
  },
  'a group without a state that is entered': {
    code: `class Door extends Tonic.with({ states: ['a', 'b', 'c'], groups: { some: ['a', 'b'] } }) { ttsc_some__x() {} ttse__onStart() { this.toState('c'); } }`,
    message: 'ttsc_some__x never runs: nothing enters a state of the group some.',
  },
});
