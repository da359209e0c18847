import { accepts, reports } from './rule-tester.js';

accepts('no-infusion-in-constructor', {
  'a Tonic made in a sparkle': `class Shop extends Tonic { ttse__onStart() { this.timer = new TimerRepeat({ seconds: 1 }); } }`,
  'a base that is given': `class Shop extends Tonic { timer = new TimerRepeat({ seconds: 1, base: this }); constructor(o) { super(); new Till({ ...o }); } }`,
  'what is no Tonic': `class Shop extends Tonic { list = new Map(); #queue = new OrderQueue(); constructor() { super(); this.at = new Date(); } }`,
  'a function that makes one later': `class Shop extends Tonic { make = () => new TimerRepeat({ seconds: 1 }); constructor() { super(); this.again = function () { new UdpSocket(); }; } }`,
  'a static field': `class Shop extends Tonic { static first = new TimerRepeat({ seconds: 1, base }); }`,
  'a class that is no Tonic': `class Shop { timer = new TimerRepeat({ seconds: 1 }); } class Sub extends EventEmitter { constructor() { super(); new TcpServer(); } }`,
  'a class of the same name that is of another package': `import { TimerRepeat } from 'clocks'; class Shop extends Tonic { t = new TimerRepeat(); } function f(Tonic) { class Till extends Tonic { t = new TcpServer(); } }`,
  'a class of another file, where no types are known': `import { Till } from './till.js'; class Shop extends Tonic { till = new Till(); }`,
  'a thread that a sparkle spawns': `class Sums extends Catalyst {} class Shop extends Tonic { ttse__onStart() { this.sums = Sums.spawn(); } }`,
  'a process that is spawned': `import cluster from './cluster.js'; class Shop extends Tonic { child = cluster.spawn(); other = spawn('ls'); }`,
  'a class in a constructor with fields of its own': `class Shop extends Tonic { constructor() { super(); this.x = class { ttse = new Date(); }; } }`,
});

const SHOP =
  'is made while the constructor of Shop runs, so its base would be the maker of that Tonic. Make it in ttse__onStart, or pass { base: this }.';

const SPAWNED =
  'is spawned while the constructor of Shop runs, so its base would be the maker of that Tonic. Spawn it in ttse__onStart.';

reports('no-infusion-in-constructor', {
  'a timer in a field': {
    code: `class Shop extends Tonic { readonly timer = new TimerRepeat({ seconds: 1 }); }`,
    message: `TimerRepeat ${SHOP}`,
  },
  'a timer in a field that is no name': {
    code: `class Shop extends Tonic { #timer = new TimerRepeat({ seconds: 1 }).pause(); }`,
    message: `TimerRepeat ${SHOP}`,
  },
  'a Tonic of this file in a constructor': {
    code: `class Till extends Tonic {} class Shop extends Tonic { constructor() { super(); this.till = new Till('a'); } }`,
    message: `Till ${SHOP}`,
  },
  'a Tonic in a condition in the constructor': {
    code: `class Shop extends Tonic.with({ states: ['open'] }) { constructor(port) { super(); if (port) new TcpServer({ port }); } }`,
    message: `TcpServer ${SHOP}`,
  },
  'one for each of a list': {
    code: `class Shop extends TcpConnection { constructor(ports) { super(); this.all = ports.map((port) => new UdpSocket({ port })); } }`,
    message: `UdpSocket ${SHOP}`,
  },
  'in a class that extends a Tonic of another file': {
    code: `import { Base } from './base.js'; class Shop extends Base { timer = new TimerSingleShot({ seconds: 1 }); ttsc__x() {} }`,
    message: `TimerSingleShot ${SHOP}`,
  },
  'in a class that extends one of this file': {
    code: `class Base extends Catalyst {} class Shop extends Base { timer = new TimerSingleShot({ seconds: 1 }); }`,
    message: `TimerSingleShot ${SHOP}`,
  },
  'in a class of an app that hands on what the package has': {
    code: `import { Tonic, UdpSocket } from '#framework'; class Shop extends Tonic { socket = new UdpSocket(); }`,
    message: `UdpSocket ${SHOP}`,
  },
  'under the name that it is imported by': {
    code: `import { TimerRepeat as Every } from 'tasktonic'; import * as tt from 'tasktonic'; class Shop extends tt.Tonic { timer = new Every({ seconds: 1 }); }`,
    message: `Every ${SHOP}`,
  },
  'a thread in a field': {
    code: `class Sums extends Catalyst {} class Shop extends Tonic { sums = Sums.spawn(); }`,
    message: `Sums ${SPAWNED}`,
  },
  'a thread in a constructor': {
    code: `class Sums extends SelectorCatalyst.with({ states: ['busy'] }) {} class Shop extends Tonic { constructor() { super(); this.sums = Sums.spawn(7); } }`,
    message: `Sums ${SPAWNED}`,
  },
  'in a class without a name': {
    code: `export default class extends Tonic { timer = new TimerRepeat({ seconds: 1 }); }`,
    message: `TimerRepeat ${SHOP.replace('Shop', 'this class')}`,
  },
});
