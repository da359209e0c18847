import { accepts, reports } from './rule-tester.js';

accepts('no-endless-draining', {
  'a Tonic that says so at once': `class Saver extends Tonic { ttse__onDraining() { this.drained(); } }`,
  'one that says so in another sparkle': `class Saver extends Tonic { ttse__onDraining() { this.pipe(save(), this.ttse__saved); } ttse__saved() { this.drained(); } }`,
  'one that says so in a helper': `class Saver extends Tonic { ttse__onDraining() { this.#end(); } #end() { this.drained(); } }`,
  'one that says so later': `class Saver extends Tonic { ttse__onDraining() { save(() => this.drained()); } }`,
  'one that passes it on': `class Saver extends Tonic { ttse__onDraining() { save(this.drained.bind(this)); } }`,
  'one that takes it out': `class Saver extends Tonic { ttse__onDraining() { const { drained } = this; save(drained); } }`,
  'one that calls it by another name of itself': `class Saver extends Tonic { ttse__onDraining() { const self = this; save(() => self['drained']()); } }`,
  'one that says so in a field': `class Saver extends Tonic { done = () => this.drained(); ttse__onDraining() { save(this.done); } }`,
  'one whose parent in this file says so': `class Base extends Tonic { end() { this.drained(); } } class Saver extends Base { ttse__onDraining() { this.end(); } }`,
  'one for which a class says so that extends it': `class Saver extends Tonic { ttse__onDraining() { this.end(); } end() {} } class Last extends Saver { end() { this.drained(); } }`,
  'a parent of another file, which may say so': `import { Base } from './base.js'; class Saver extends Base { ttse__onDraining() { this.end(); } }`,
  'an abstract class': `abstract class Saver extends Tonic { ttse__onDraining() { this.end(); } abstract end(): void; }`,
  'a class that is no Tonic': `class Saver extends EventEmitter { ttse__onDraining() {} }`,
  'a Tonic that hears nothing of it': `class Saver extends Tonic { ttse__onFinished() {} }`,
  'a declaration without a body': `class Saver extends Tonic { ttse__onDraining?(): void; }`,
  'a static method': `class Saver extends Tonic { static ttse__onDraining() {} }`,
});

const endless = (key = 'ttse__onDraining'): string =>
  `${key} begins work that never ends: nothing in this class calls this.drained(), so each end of it waits for the whole drainTimeout. Call it when the work is done, also where there is none; or use ttse__onFinished.`;

reports('no-endless-draining', {
  'a Tonic that never says so': {
    code: `class Saver extends Tonic { ttse__onDraining() { save(); } }`,
    message: endless(),
  },
  'one that is told of it and does nothing': {
    code: `class Saver extends Tonic { ttse__onDraining() {} }`,
    message: endless(),
  },
  'one that hears it in a state': {
    code: `class Saver extends Tonic.with({ states: ['open'] }) { ttse_open__onDraining() { save(); } }`,
    message: endless('ttse_open__onDraining'),
  },
  'a connection': {
    code: `import { TcpConnection as Connection } from 'tasktonic'; class Saver extends Connection { ttse__onDraining() { this.send('bye'); } }`,
    message: endless(),
  },
  'one where only another class says so': {
    code: `class Saver extends Tonic { ttse__onDraining() { save(); } } class Other extends Tonic { ttse__onDraining() { this.drained(); } }`,
    message: endless(),
  },
});
