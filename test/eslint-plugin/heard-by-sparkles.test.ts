import { accepts, reports } from './rule-tester.js';

accepts('heard-by-sparkles', {
  'an answer that a sparkle hears': `this.ask(bank).ttsc__x(1).then(this.ttse__got, this.ttse__none);`,
  'an answer that a reference hears': `this.ask(bank, { timeout: 5 }).ttsc__x().then(bound);`,
  'a question that is kept, to be asked in the next line': `const asked = this.ask(bank).ttsc__x(); asked.then(this.ttse__got);`,
  'a question that is returned': `const f = () => this.ask(bank).ttsc__x();`,
  'the result of a promise that a sparkle hears': `this.pipe(read(), this.ttse__got, { onError: this.ttse__none });`,
  'the promise itself, with functions': `this.pipe(read().then((text) => text.trim()), this.ttse__got);`,
  'a pipe of something else': `stream.pipe(map, () => 1); this.stream.pipe(a, (b) => b);`,
  'a call of a sparkle': `door.ttsc__open(); this.ttsc__open();`,
  'a promise that is awaited': `async function f() { await door.opened(); await fetchIt().then((x) => x); }`,
  'a timer that calls a sparkle': `new TimerRepeat({ seconds: 1, sparkleBack: this.ttse__tick });`,
  'another then, and another ask': `user.ask('name?').then((name) => name); user.ask('name?').trim();`,
});

const FUNCTION = 'A function is not a sparkle of this Tonic. Pass one of its sparkles, such as this.ttse__onAnswer.';
const AWAITED =
  'A call of a sparkle returns nothing, so it cannot be awaited. Ask, in a sparkle: this.ask(tonic).ttsc__x(...).then(this.ttse__onAnswer).';

reports('heard-by-sparkles', {
  'an answer that nobody hears': {
    code: `this.ask(bank).ttsc__x(1);`,
    message:
      'ttsc__x is asked without a sparkle for the answer: add .then(this.ttse__onAnswer), or call the sparkle without ask.',
  },
  'an answer of a sparkle whose name is not written there': {
    code: `this.ask(bank)[key](1);`,
    message:
      'a sparkle is asked without a sparkle for the answer: add .then(this.ttse__onAnswer), or call the sparkle without ask.',
  },
  'an answer that a function hears': { code: `this.ask(bank).ttsc__x(1).then((sum) => sum);`, message: FUNCTION },
  'the lack of one that a function hears': {
    code: `this.ask(bank).ttsc__x(1).then(this.ttse__got, function (error) {});`,
    message: FUNCTION,
  },
  'an answer that is awaited': {
    code: `async function f() { const sum = await this.ask(bank).ttsc__x(1); }`,
    message: AWAITED,
  },
  'an answer that is awaited behind its then': {
    code: `async function f() { await this.ask(bank).ttsc__x(1).then(this.ttse__got); }`,
    message: AWAITED,
  },
  'a call that is awaited': { code: `async function f() { await door.ttsc__x(); }`, message: AWAITED },
  'the result of a promise that a function hears': { code: `this.pipe(read(), (text) => text);`, message: FUNCTION },
  'a rejection that a function hears': {
    code: `this.pipe(read(), this.ttse__got, () => {});`,
    message: FUNCTION,
  },
  'a timer that calls a function': {
    code: `new TimerRepeat({ seconds: 1, sparkleBack: () => {} });`,
    message: FUNCTION,
  },
});
