import { accepts, reports } from './rule-tester.js';

accepts('sparkle-names', {
  'a method for a state of the type argument': `class Door extends Tonic<'locked' | 'open'> { ttsc_locked__unlock() {} }`,
  'a method for a state of static states': `class Door extends Tonic { static states = ['open'] as const; ttsc_open__close() {} }`,
  'a method for a state whose name has an underscore': `class Door extends Tonic<'half_open'> { ttse_half_open__onEnter() {} }`,
  'any state where the class does not say which there are': `class Door extends Tonic { ttsc_open__close() {} }`,
  'any state where a generic class hands its parameter on': `class Door<S extends string> extends Tonic<S | 'open'> { ttsc_shut__x() {} }`,
  'any state where the parent in this file is generic': `class Door<S extends string> extends Tonic<S | 'open'> {} class Gate extends Door<'ajar'> { ttsc_open__x() {} }`,
  'any state where the list comes from another file': `import { STATES } from './states.js'; class Door extends Tonic { static states = STATES; ttsc_open__x() {} }`,
  'a state of an alias in this file': `type State = 'open' | 'shut'; class Door extends Tonic<State> { ttsc_shut__open() {} }`,
  'a state of a list in this file': `const STATES = ['open', 'shut'] as const; class Door extends Tonic<(typeof STATES)[number]> { ttsc_shut__open() {} }`,
  'a state of the parent in this file': `class Door extends Tonic<'open'> {} class Gate extends Door { ttsc_open__close() {} }`,
  'states spread from the parent': `class Door extends Tonic { static states = ['open'] } class Gate extends Door { static states = [...Door.states, 'ajar']; ttsc_open__x() {} }`,
  'a state that is said with with': `class Door extends Tonic.with({ states: ['open', 'shut'] }) { ttsc_shut__open() {} }`,
  'a group of states that is said with with': `class Door extends Tonic.with({ states: ['a', 'b'], groups: { all: ['a', 'b'] } }) { ttsc_all__x() {} }`,
  'a group of states in static groups': `class Door extends Tonic { static states = ['a']; static groups = { all: ['a'] }; ttsc_all__x() {} }`,
  'any state where the groups come from another file': `import { GROUPS } from './groups.js'; class Door extends Tonic { static states = ['a']; static groups = GROUPS; ttsc_all__x() {} }`,
  'a state of the parent in this file that is said with with': `class Door extends Tonic.with({ states: ['open'] }) {} class Gate extends Door { ttsc_open__x() {} }`,
  'a class that extends what some other function makes': `class Door extends mixin.with(Tonic) { ttsc_open__x() {} }`,
  'an alias that circles': `type A = A | 'open'; class Door extends Tonic<A> { ttsc_shut__x() {} }`,
  'every prefix': `class Door extends Tonic<'a'> { ttsc__a() {} ttse__b() {} tts__c() {} _tts__d() {} _tts_a__d() {} }`,
  'ordinary methods and fields': `class Door extends Tonic { open() {} async ttl() {} ttscore = 1; #ttsc__x = 1; _ttname = 2 }`,
  'a static member': `class Door extends Tonic { static ttsc__open = () => {} }`,
  'a field that is only declared': `class Door extends Tonic { declare ttsc__open: () => void }`,
  'a class that extends nothing': `class FakeDoor { ttsc__open = () => {}; async ttse__onStart() {} }`,
  'the events of the framework': `class Door extends Tonic<'a'> { ttse__onStart() {} ttse_a__onEnter() {} ttse__onData() {} }`,
  "an event of your own that is far from the framework's": `class Door extends Tonic { ttse__onLightsOff() {} }`,
  'an event of your own that is listed, however near': `class Door extends Tonic { static events = ['onDate'] as const; ttse__onDate() {} }`,
  'an event listed by the parent in this file': `class Door extends Tonic { static events = ['onKnock'] } class Gate extends Door { ttse__onKnock() {} }`,
  'any event where the list comes from another file': `import { EVENTS } from './events.js'; class Door extends Tonic { static events = EVENTS; ttse__onStrat() {} }`,
  'helpers that are named like an event, in other classes than sockets': `class Door extends Tonic { onData() {} onError() {} } class Gate extends TcpConnection { onError() {} onEnd() {} get onData() { return 1; } static onData() {} }`,
  'a helper beside the event itself': `class Door extends TcpConnection { ttse__onData(data) { this.onData(data); } onData() {} } class Gate extends Door { onData() {} }`,
  'an event of your own that a socket has under another name, where it is listed': `class Door extends TcpConnection { static events = ['onMessage']; ttse__onMessage() {} }`,
  'the events of sockets that a base hears': `class Room extends Tonic { ttse__onMessage() {} ttse__onConnect() {} }`,
  'a sparkle that returns what a call returns': `class Door extends Tonic { ttsc__open(): void { return this.go(); } ttsc__x(): undefined {} }`,
  'a command that is named like an event': `class Door extends Tonic { ttsc__onStrat() {} }`,
});

const STATES = `static states = ['locked', 'open'] as const;`;

reports('sparkle-names', {
  'a state that is not in static states': {
    code: `class Door extends Tonic { ${STATES} ttsc_lokced__unlock() {} }`,
    message: 'ttsc_lokced__unlock is for the unknown state lokced: the states are locked, open.',
    becomes: `class Door extends Tonic { ${STATES} ttsc_locked__unlock() {} }`,
  },
  'a state that is not in the type argument': {
    code: `class Door extends Tonic<'locked' | 'open'> { ttse_opne__onEnter() {} }`,
    message: 'ttse_opne__onEnter is for the unknown state opne: the states are locked, open.',
    becomes: `class Door extends Tonic<'locked' | 'open'> { ttse_open__onEnter() {} }`,
  },
  'a state that is not in the parent of this file': {
    code: `class Door extends Tonic<'open'> {} class Gate extends Door { _tts_ajar__x() {} }`,
    message: '_tts_ajar__x is for the unknown state ajar: the states are open.',
    becomes: `class Door extends Tonic<'open'> {} class Gate extends Door { _tts_open__x() {} }`,
  },
  'a state that is not said with with': {
    code: `class Door extends Tonic.with({ states: ['locked'], groups: { any: ['locked'] } }) { ttsc_lokced__unlock() {} }`,
    message: 'ttsc_lokced__unlock is for the unknown state lokced: the states are locked.',
    becomes: `class Door extends Tonic.with({ states: ['locked'], groups: { any: ['locked'] } }) { ttsc_locked__unlock() {} }`,
  },
  'a name that is nearly that of a group': {
    code: `class Door extends Tonic.with({ states: ['a'], groups: { command: ['a'] } }) { ttsc_comand__quit() {} }`,
    message: 'ttsc_comand__quit is for the unknown state comand: the states are a.',
    becomes: `class Door extends Tonic.with({ states: ['a'], groups: { command: ['a'] } }) { ttsc_command__quit() {} }`,
  },
  'a state that only the class beside it says': {
    code: `class Base extends Tonic.with({ states: ['open'] }) {} class Gate extends Base.with({ states: ['ajar'] }) { ttsc_open__x() {} }`,
    message: 'ttsc_open__x is for the unknown state open: the states are ajar.',
    becomes: `class Base extends Tonic.with({ states: ['open'] }) {} class Gate extends Base.with({ states: ['ajar'] }) { ttsc_ajar__x() {} }`,
  },
  'a state of a prefix of your own': {
    code: `class Door extends Tonic<'open'> { static prefixes = { ui: bind }; ui_shut__click() {} }`,
    message: 'ui_shut__click is for the unknown state shut: the states are open.',
    becomes: `class Door extends Tonic<'open'> { static prefixes = { ui: bind }; ui_open__click() {} }`,
  },
  'a state in a class expression': {
    code: `const Door = class extends Tonic<'open'> { 'ttsc_opn__close'() {} }`,
    message: 'ttsc_opn__close is for the unknown state opn: the states are open.',
    becomes: `const Door = class extends Tonic<'open'> { 'ttsc_open__close'() {} }`,
  },
  'one underscore where two belong': {
    code: `class Door extends Tonic { ttsc_close() {} }`,
    message:
      'ttsc_close begins like the name of a sparkle, but does not follow its pattern: write <prefix>__<name> or <prefix>_<state>__<name>, with no further "__".',
  },
  'a second pair of underscores': {
    code: `class Door extends Tonic { ttse_open__on__enter() {} }`,
    message:
      'ttse_open__on__enter begins like the name of a sparkle, but does not follow its pattern: write <prefix>__<name> or <prefix>_<state>__<name>, with no further "__".',
  },
  'no name at all': {
    code: `class Door extends Tonic { ttsc__() {} }`,
    message:
      'ttsc__ begins like the name of a sparkle, but does not follow its pattern: write <prefix>__<name> or <prefix>_<state>__<name>, with no further "__".',
  },
  "the framework's own prefix": {
    code: `class Door extends Tonic { _ttss__stop() {} }`,
    message: '_ttss__stop: the prefix _ttss is reserved for the framework. Use ttsc, ttse, tts or _tts.',
  },
  'an arrow function in a field': {
    code: `class Door extends Tonic { ttsc__open = () => {} }`,
    message: 'ttsc__open is a field, so calling it would run it at once. Make it a method.',
  },
  'a getter': {
    code: `class Door extends Tonic { get ttsc__open() { return 1 } }`,
    message: 'ttsc__open is a getter. A sparkle is a method.',
  },
  'an async sparkle': {
    code: `class Door extends Tonic { async ttsc__open() {} }`,
    message: 'ttsc__open is async. A sparkle is synchronous: use this.pipe() to bring a result back as a sparkle.',
  },
  'a generator': {
    code: `class Door extends Tonic { *ttsc__open() {} }`,
    message:
      'ttsc__open is a generator. A sparkle is synchronous: use this.pipe() to bring a result back as a sparkle.',
  },
  'an event with two letters swapped': {
    code: `class Door extends Tonic { ttse__onStrat() {} }`,
    message:
      'ttse__onStrat is nearly ttse__onStart, which the framework sends. If it is an event of your own, list it in "static events".',
    becomes: `class Door extends Tonic { ttse__onStart() {} }`,
  },
  'an event with the wrong case': {
    code: `class Door extends Tonic { ttse_open__onenter() {} }`,
    message:
      'ttse_open__onenter is nearly ttse_open__onEnter, which the framework sends. If it is an event of your own, list it in "static events".',
    becomes: `class Door extends Tonic { ttse_open__onEnter() {} }`,
  },
  'an event that is not in static events': {
    code: `class Door extends Tonic { static events = ['onKnock']; ttse__onKnokc() {} }`,
    message: 'ttse__onKnokc is an unknown event: it is neither one of the framework nor in "static events".',
    becomes: `class Door extends Tonic { static events = ['onKnock']; ttse__onKnock() {} }`,
  },
  'an event that is like none of those listed': {
    code: `class Door extends Tonic { static events = ['onKnock']; ttse__somethingElse() {} }`,
    message: 'ttse__somethingElse is an unknown event: it is neither one of the framework nor in "static events".',
  },
  'a sparkle that returns a promise': {
    code: `class Door extends Tonic { ttsc__open(): Promise<void> { return go(); } }`,
    message:
      'ttsc__open returns a promise. A sparkle is synchronous: use this.pipe() to bring a result back as a sparkle.',
  },
  'an event of a connection without its prefix': {
    code: `class Echo extends TcpConnection { onData(data) {} }`,
    message: 'onData is never called: the event is ttse__onData.',
    becomes: `class Echo extends TcpConnection { ttse__onData(data) {} }`,
  },
  'an event of a connection as a command, for a state': {
    code: `class Echo extends TcpClient.with({ states: ['open'] }) { ttsc_open__onData(data) {} }`,
    message: 'ttsc_open__onData is never called: the event is ttse_open__onData.',
    becomes: `class Echo extends TcpClient.with({ states: ['open'] }) { ttse_open__onData(data) {} }`,
  },
  'an event of a socket by the name that other libraries have for it': {
    code: `class Base extends UdpSocket {} class Dns extends Base { ttse__onMessage(data) {} }`,
    message: 'ttse__onMessage is never called: the event is ttse__onDatagram.',
    becomes: `class Base extends UdpSocket {} class Dns extends Base { ttse__onDatagram(data) {} }`,
  },
  'an event of the life of a Tonic without its prefix': {
    code: `class Door extends Tonic { onStart() {} }`,
    message: 'onStart is never called: the event is ttse__onStart.',
    becomes: `class Door extends Tonic { ttse__onStart() {} }`,
  },
});
