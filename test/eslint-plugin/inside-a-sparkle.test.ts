import { accepts, reports } from './rule-tester.js';

const sparkle = (body: string): string => `class Door extends Tonic { ttse__onStart() { ${body} } }`;

accepts('inside-a-sparkle', {
  'what a sparkle does itself': sparkle(`this.toState('open'); [1].forEach(() => new TimerRepeat({ seconds: 1 }));`),
  'a sparkle that is called later': sparkle(
    `setTimeout(() => this.ttsc__open(), 5); read().then(this.bind('ttse__read'));`,
  ),
  'a base that is given': sparkle(`setTimeout(() => new TimerRepeat({ seconds: 1, base: this }), 5);`),
  'what is no Tonic': sparkle(`setTimeout(() => new Map(), 5);`),
  'what another Tonic is told': sparkle(`setTimeout(() => this.door.toState('open'), 5);`),
  'a function with a this of its own': sparkle(`setTimeout(function () { this.toState('open'); }, 5);`),
  'before an await': `class Door extends Tonic { async load() { this.toState('loading'); await read(); } }`,
  'behind an await that has returned': `class Door extends Tonic { async load() { if (late) { await read(); return; } this.toState('open'); } }`,
  'behind an await of another function': `class Door extends Tonic { async load() { const f = async () => { await read(); }; this.toState('open'); } }`,
  'a class that is no Tonic': `class Door { ttse() { setTimeout(() => { this.toState('open'); new TimerRepeat({}); }, 5); } }`,
  'a send of something else': sparkle(`setTimeout(() => this.send('x'), 5);`),
});

const MADE =
  'is made after the sparkle has ended, so its base is not known. Pass { base: this }, or make it in a sparkle that is called here.';
const DONE =
  'needs a running sparkle, which has ended here. Call a sparkle that does it, or use this.pipe() for a result.';

reports('inside-a-sparkle', {
  'a timer made in a promise': {
    code: sparkle(`read().then(() => { new TimerSingleShot({ seconds: 1 }); });`),
    message: `TimerSingleShot ${MADE}`,
  },
  'a Tonic made in a function for later': {
    code: `class Part extends Tonic {} ${sparkle(`setTimeout(() => { if (a) new Part(); }, 5);`)}`,
    message: `Part ${MADE}`,
  },
  'a transition in an event of a stream': {
    code: sparkle(`stream.on('end', () => this.toState('shut'));`),
    message: `this.toState() ${DONE}`,
  },
  'a transition behind an await': {
    code: `class Door extends Tonic { async load() { const a = await read(); if (a) this.toState('open'); } ttsc__x() {} }`,
    message: `this.toState() ${DONE}`,
  },
  'a raised sparkle in a function for later': {
    code: sparkle(`queueMicrotask(() => this.raise.ttsc__open());`),
    message: `this.raise.ttsc__open() ${DONE}`,
  },
  'a send of a connection': {
    code: `class Echo extends TcpConnection { ttse__onData(data) { process.nextTick(() => this.send(data)); } }`,
    message: 'this.send() needs a running sparkle, which has ended here: use this.ttsc__send().',
  },
});
