import { accepts, reports } from './rule-tester.js';

accepts('no-unbound-sparkle', {
  'a call': `door.ttsc__unlock('42'); door?.ttsc__unlock(); door.ttsc__unlock?.(); door.ttsc__unlock!();`,
  'a bound reference': `stream.on('data', door.bind('ttse__onData'));`,
  'a sparkle given to the pipe of the same Tonic': `this.pipe(read(), this.ttse__done, this.ttse__failed);`,
  'the sparkles that hear the answer of an HTTP server': `this.#http.get(url, this.ttse__onAnswer, { onError: this.ttse__onNone });`,
  'the sparkles that hear a body in frames': `http.request({ url }, this.ttse__onEnd, { framing, onFrame: this.ttse__onFrame });`,
  'the sparkle that hears the head of a stream': `http.stream({ url }, this.ttse__onHead);`,
  'the sparkles that hear of a request': `this.request(frame, this.ttse__onValue, { key: 1, onError: this.ttse__onNone });`,
  'a sparkle that a Store tells': `this.store.at('a').subscribe(this.ttse__onChange, { recursive: true });`,
  'a choice of sparkles given to pipe': `this.pipe(read(), ok ? this.ttse__a : this.ttse__b);`,
  'a sparkle given to the pipe of another Tonic, its own': `door.pipe(read(), door.ttse__done);`,
  'the sparkle that a timer calls back': `new TimerRepeat({ seconds: 1, sparkleBack: this.ttse__tick });`,
  'the sparkle that hears that a promise was rejected': `this.pipe(read(), this.ttse__got, { onError: this.ttse__none });`,
  'the sparkles that hear an answer, or that there is none': `this.ask(bank).ttsc__x().then(this.ttse__got, this.ttse__none);`,
  'those of a question with options, to a sparkle of one state': `const q = this.ask(this.bank!, { timeout: 5 })['ttsc_open__x'](1).then(ok ? this.ttse__a : this.ttse__b);`,
  'those of a question whose sparkle has no name here': `this.ask(bank)[key](1).then(this.ttse__got);`,
  'those of questions with the same options': `const asks = this.ask(bank, { timeout: 5 }); asks.ttsc__x().then(this.ttse__got);`,
  'those that another Tonic asks with, its own': `door.ask(bank).ttsc__x().then(door.ttse__got);`,
  'the sparkles that hear of long work': `new ChunkedWork({ work, onProgress: this.ttse__on, onDone: this.ttse__done, onCancelled: this.ttse__off });`,
  'the sparkles that hear a body': `exchange.readJson(this.ttse__got); exchange.readFrames(lines(), this.ttse__item, { onEnd: this.ttse__all, onError: this.ttse__bad });`,
  'the sparkles that hear that a peer has gone': `exchange.whenGone(this.ttse__gone); exchange.events({ onGone: this.ttse__gone });`,
  'the sparkles of routes': `new HttpServer({ port: 1, routes: { 'GET /': this.ttse__root } });`,
  'binding by hand': `const done = door.ttse__done.bind(door);`,
  'a look whether it is there': `if (door.ttse__onData) {} if (typeof door.ttse__onData === 'function') {} door.ttse__onData && go();`,
  "the parent's body": `class A extends B { ttsc__x() { super.ttsc__x(); super.ttsc__x.call(this); } }`,
  'the body on the prototype': `const body = Door.prototype.ttsc__unlock;`,
  'properties that are no sparkles': `const a = door.ttl, b = door.open, c = door.ttsc_nearly; const { name } = door;`,
});

reports('no-unbound-sparkle', {
  'a sparkle kept as a value': {
    code: `const done = this.ttse__done;`,
    message: "ttse__done is not bound to its Tonic. Make a bound reference: this.bind('ttse__done').",
    becomes: `const done = this.bind('ttse__done');`,
  },
  'a sparkle given to an emitter': {
    code: `stream.on('data', door.part.ttse_open__onData);`,
    message:
      "ttse_open__onData is not bound to its Tonic. Make a bound reference: door.part.bind('ttse_open__onData').",
    becomes: `stream.on('data', door.part.bind('ttse_open__onData'));`,
  },
  "another Tonic's sparkle given to pipe": {
    code: `this.pipe(read(), this.base.ttse__done);`,
    message: "ttse__done is not bound to its Tonic. Make a bound reference: this.base.bind('ttse__done').",
    becomes: `this.pipe(read(), this.base.bind('ttse__done'));`,
  },
  "another Tonic's sparkle given to ask": {
    code: `this.ask(bank).ttsc__x().then(bank.ttse__got);`,
    message: "ttse__got is not bound to its Tonic. Make a bound reference: bank.bind('ttse__got').",
    becomes: `this.ask(bank).ttsc__x().then(bank.bind('ttse__got'));`,
  },
  'a sparkle given to the then of a promise': {
    code: `this.read(bank).now().then(this.ttse__got);`,
    message: "ttse__got is not bound to its Tonic. Make a bound reference: this.bind('ttse__got').",
    becomes: `this.read(bank).now().then(this.bind('ttse__got'));`,
  },
  "another Tonic's sparkle given to a question of several": {
    code: `asks.ttsc__x().then(bank.ttse__got);`,
    message: "ttse__got is not bound to its Tonic. Make a bound reference: bank.bind('ttse__got').",
    becomes: `asks.ttsc__x().then(bank.bind('ttse__got'));`,
  },
  'the sparkle of another Tonic than the one that asks': {
    code: `this.base.ask(bank).ttsc__x().then(this.ttse__got);`,
    message: "ttse__got is not bound to its Tonic. Make a bound reference: this.bind('ttse__got').",
    becomes: `this.base.ask(bank).ttsc__x().then(this.bind('ttse__got'));`,
  },
  'a sparkle given to what takes an answer on': {
    code: `this.ask(bank).ttsc__x().pass(this.ttse__got);`,
    message: "ttse__got is not bound to its Tonic. Make a bound reference: this.bind('ttse__got').",
    becomes: `this.ask(bank).ttsc__x().pass(this.bind('ttse__got'));`,
  },
  'a sparkle given as what is asked': {
    code: `this.ask(bank).ttsc__x(this.ttse__got).then(this.ttse__got);`,
    message: "ttse__got is not bound to its Tonic. Make a bound reference: this.bind('ttse__got').",
    becomes: `this.ask(bank).ttsc__x(this.bind('ttse__got')).then(this.ttse__got);`,
  },
  'an option of the same name that binds nothing': {
    code: `fetchIt(url, { onError: this.ttse__none });`,
    message: "ttse__none is not bound to its Tonic. Make a bound reference: this.bind('ttse__none').",
    becomes: `fetchIt(url, { onError: this.bind('ttse__none') });`,
  },
  "another Tonic's sparkle given to a timer": {
    code: `new TimerRepeat({ seconds: 1, sparkleBack: door.ttse__tick });`,
    message: "ttse__tick is not bound to its Tonic. Make a bound reference: door.bind('ttse__tick').",
    becomes: `new TimerRepeat({ seconds: 1, sparkleBack: door.bind('ttse__tick') });`,
  },
  "another Tonic's sparkle given to an exchange": {
    code: `exchange.readBody(door.ttse__got);`,
    message: "ttse__got is not bound to its Tonic. Make a bound reference: door.bind('ttse__got').",
    becomes: `exchange.readBody(door.bind('ttse__got'));`,
  },
  'a sparkle among what are no routes': {
    code: `new HttpServer({ port: 1, others: { 'GET /': this.ttse__root } });`,
    message: "ttse__root is not bound to its Tonic. Make a bound reference: this.bind('ttse__root').",
    becomes: `new HttpServer({ port: 1, others: { 'GET /': this.bind('ttse__root') } });`,
  },
  'a call whose parentheses were forgotten': {
    code: `door.ttsc__close;`,
    message: "ttsc__close is not bound to its Tonic. Make a bound reference: door.bind('ttsc__close').",
    becomes: `door.bind('ttsc__close');`,
  },
  'a sparkle taken by its name in brackets': {
    code: `run(door['ttsc__close']!);`,
    message: "ttsc__close is not bound to its Tonic. Make a bound reference: door.bind('ttsc__close').",
    becomes: `run(door.bind('ttsc__close')!);`,
  },
  'a sparkle of a Tonic that may not be there': {
    code: `const close = (this.door ?? gate)?.ttsc__close;`,
    message: "ttsc__close is not bound to its Tonic. Make a bound reference: (this.door ?? gate)?.bind('ttsc__close').",
    becomes: `const close = (this.door ?? gate)?.bind('ttsc__close');`,
  },
  'a destructured sparkle': {
    code: `const { ttse__done: done } = door;`,
    message: "ttse__done is not bound to its Tonic. Make a bound reference: tonic.bind('ttse__done').",
  },
});
