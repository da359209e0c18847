import { accepts, reports } from './rule-tester.js';

const GENERIC = `ttsc__line(line) { this.log.info(line); }`;

accepts('no-fall-through-call', {
  'the generic body by its name': `class A extends Tonic { ${GENERIC} ttsc_ready__line(line) { this.generic.ttsc__line(line); } }`,
  "the parent's body": `class A extends B { ${GENERIC} ttsc_ready__line(line) { super.ttsc__line(line); } }`,
  'a call from another sparkle': `class A extends Tonic { ${GENERIC} ttsc_ready__other(line) { this.ttsc__line(line); } ttsc__x() { this.ttsc__line(); } }`,
  'the next step of a loop that only this state has': `class A extends Tonic { ttsc__step() {} tts_busy__step() { this.tts__step(); } ttsc_busy__step() { this.ttsc__step(); } }`,
  'a call that another state hears': `class A extends Tonic { ${GENERIC} ttsc_ready__line(line) { this.toState('done'); this.ttsc__line(line); } }`,
  'the same sparkle of another Tonic': `class A extends Tonic { ${GENERIC} ttsc_ready__line(line) { this.other.ttsc__line(line); } }`,
  'a class that extends nothing': `class A { ${GENERIC} ttsc_ready__line(line) { this.ttsc__line(line); } }`,
});

const WHY =
  'queues ttsc_ready__line again, as long as the state stays: it never reaches the generic body. Run that with this.generic.ttsc__line().';

reports('no-fall-through-call', {
  'a call that means the generic body': {
    code: `class A extends Tonic { ${GENERIC} ttsc_ready__line(line) { this.n++; this.ttsc__line(line); } }`,
    message: `this.ttsc__line() ${WHY}`,
    becomes: `class A extends Tonic { ${GENERIC} ttsc_ready__line(line) { this.n++; this.generic.ttsc__line(line); } }`,
  },
  'a raised one': {
    code: `class A extends Tonic { ttsc_ready__line(line) { if (line) return; this.raise.ttsc__line(line); } ${GENERIC} }`,
    message: `this.raise.ttsc__line() ${WHY}`,
    becomes: `class A extends Tonic { ttsc_ready__line(line) { if (line) return; this.generic.ttsc__line(line); } ${GENERIC} }`,
  },
  'a generic body of the parent in this file': {
    code: `class A extends Tonic { ${GENERIC} } class B extends A.with({ states: ['ready'] }) { ttsc_ready__line(line) { lines.forEach(() => this.ttsc__line(line)); } }`,
    message: `this.ttsc__line() ${WHY}`,
    becomes: `class A extends Tonic { ${GENERIC} } class B extends A.with({ states: ['ready'] }) { ttsc_ready__line(line) { lines.forEach(() => this.generic.ttsc__line(line)); } }`,
  },
});
