import { accepts, reports } from './rule-tester.js';

accepts('no-old-lines', {
  'the new name of a reference': `stream.on('data', this.bind('ttse__onData'));`,
  'the loop of a Catalyst, and what turns a Distiller': `class A extends Catalyst { async sparkle() { return super.sparkle(); } } distiller.sparkle({ count: 3 }); distiller.sparkle(conditions);`,
  'a sparkle of something else': `stars.sparkle('bright'); sparkle('ttsc__x');`,
  'an ask as a call': `this.ask(bank).ttsc__balance('mine').then(this.ttse__onBalance);`,
  'an ask with options': `this.ask(bank, { timeout: 5 }).ttsc__x().then(this.ttse__got); this.ask(bank, options);`,
  'an ask of something else': `user.ask('name?', 'none', [], done);`,
});

const bound = (to: string): string => `sparkle(key) is called bind(key): ${to}. (sparkle() is the loop of a Catalyst.)`;
const asked = (to: string): string => `ask(to, key, args, ...) is written as a call: ${to}.`;

reports('no-old-lines', {
  'a reference by its old name': {
    code: `stream.on('data', this.sparkle('ttse__onData'));`,
    message: bound(`bind('ttse__onData')`),
    fixed: `stream.on('data', this.bind('ttse__onData'));`,
  },
  'a reference to a sparkle of another Tonic': {
    code: `const done = this.doors[0]?.sparkle('ttsc_open__close');`,
    message: bound(`bind('ttsc_open__close')`),
    fixed: `const done = this.doors[0]?.bind('ttsc_open__close');`,
  },
  'the old name in brackets': {
    code: `door['sparkle']('ttsc__x')`,
    message: bound(`bind('ttsc__x')`),
    fixed: `door['bind']('ttsc__x')`,
  },
  'a name that is put together': {
    code: 'door.sparkle(`ttsc__${name}`)',
    message: bound('bind(`ttsc__${name}`)'),
    fixed: 'door.bind(`ttsc__${name}`)',
  },
  'a name of the type of such names': {
    code: `function f(key: keyof Door) { return door.sparkle(key); }`,
    message: bound('bind(key)'),
    fixed: `function f(key: keyof Door) { return door.bind(key); }`,
  },
  'a name that is one of some': {
    code: `const key: 'ttsc__a' | 'ttsc__b' = pick(); door.sparkle(key);`,
    message: bound('bind(key)'),
    fixed: `const key: 'ttsc__a' | 'ttsc__b' = pick(); door.bind(key);`,
  },
  'a name that is said to be one': {
    code: `door.sparkle(name as SparkleKey<Door>);`,
    message: bound('bind(name as SparkleKey<Door>)'),
    fixed: `door.bind(name as SparkleKey<Door>);`,
  },
  'an ask with a list of arguments': {
    code: `this.ask(this.bank, 'ttsc__balance', ['mine', 3], this.ttse__onBalance);`,
    message: asked(`ask(this.bank).ttsc__balance('mine', 3).then(this.ttse__onBalance)`),
    fixed: `this.ask(this.bank).ttsc__balance('mine', 3).then(this.ttse__onBalance);`,
  },
  'an ask without arguments': {
    code: `const question = this.ask(bank, 'ttsc__all', [], this.bind('ttse__onAll'));`,
    message: asked(`ask(bank).ttsc__all().then(this.bind('ttse__onAll'))`),
    fixed: `const question = this.ask(bank).ttsc__all().then(this.bind('ttse__onAll'));`,
  },
  'an ask with options': {
    code: `this.ask(bank, 'ttsc__x', [], this.ttse__a, { onError: this.ttse__b, timeout: 1_000, hold });`,
    message: asked(`ask(bank, { timeout: 1_000, hold }).ttsc__x().then(this.ttse__a, this.ttse__b)`),
    fixed: `this.ask(bank, { timeout: 1_000, hold }).ttsc__x().then(this.ttse__a, this.ttse__b);`,
  },
  'an ask with only who hears that there is no answer': {
    code: `this.ask(bank, 'ttsc__x', [], this.ttse__a, { onError: this.ttse__b });`,
    message: asked(`ask(bank).ttsc__x().then(this.ttse__a, this.ttse__b)`),
    fixed: `this.ask(bank).ttsc__x().then(this.ttse__a, this.ttse__b);`,
  },
  'an ask whose arguments and name are made elsewhere': {
    code: `this.ask(bank, key, args, this.ttse__a);`,
    message: asked(`ask(bank)[key](...args).then(this.ttse__a)`),
    fixed: `this.ask(bank)[key](...args).then(this.ttse__a);`,
  },
  'an ask whose options are made elsewhere, which it cannot write': {
    code: `this.ask(bank, 'ttsc__x', [1], this.ttse__a, options);`,
    message: asked(`ask(bank).ttsc__x(1).then(this.ttse__a)`),
  },
  'an ask with options that are spread, which it cannot write': {
    code: `this.ask(bank, 'ttsc__x', [1], this.ttse__a, { ...options });`,
    message: asked(`ask(bank).ttsc__x(1).then(this.ttse__a)`),
  },
  'an ask with a comment, which it would lose': {
    code: `this.ask(bank, 'ttsc__x', [/* one */ 1], this.ttse__a);`,
    message: asked(`ask(bank).ttsc__x(1).then(this.ttse__a)`),
  },
  'an ask that nobody hears': {
    code: `this.ask(bank, 'ttsc__x', args);`,
    message: asked(`ask(bank).ttsc__x(...args).then(this.ttse__onAnswer)`),
  },
});
