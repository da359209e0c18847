import { accepts, reports } from './rule-tester.js';

accepts('no-unheard-data', {
  'frames with a framing': `class Shout extends TcpConnection.with({ framing: lines() }) { ttse__onFrame(line) {} }`,
  'data without one': `class Shout extends TcpConnection.with({ states: ['a'] }) { ttse__onData(data) {} }`,
  'data of a class that may go on without one': `class Shout extends TcpConnection.with({ framing: lines() }) { ttse__onFrame() { this.setFraming(undefined); } ttse__onData(data) {} }`,
  'data where the parent in this file may do so': `class Base extends TcpConnection.with({ framing: lines() }) { raw() { this.setFraming(); } } class Shout extends Base { ttse__onData(data) {} }`,
  'data of a class that takes the framing of its parent back': `class Base extends TcpConnection { static framing = lines(); } class Shout extends Base { static framing = undefined; ttse__onData(data) {} }`,
  'data in the base of connections, which is no connection itself': `class Main extends Tonic { static framing = lines(); ttse__onData(connection, data) {} }`,
  'a framing of datagrams': `class Sensor extends UdpSocket.with({ framing: lines() }) { ttse__onDatagram(bytes, from) {} }`,
  'a parent of another file': `import { Base } from './base.js'; class Shout extends Base { ttse__onData(data) {} }`,
});

const unheard = (key = 'ttse__onData', frame = 'ttse__onFrame'): string =>
  `${key} never runs: this class has a framing, so what comes is heard by ${frame}. Write that, or leave the framing out.`;

reports('no-unheard-data', {
  'data beside the framing of with': {
    code: `class Shout extends TcpConnection.with({ framing: lines() }) { ttse__onData(data) {} }`,
    message: unheard(),
  },
  'data beside a static framing': {
    code: `class Shout extends TcpClient { static framing = lines(); ttse__onData(data) {} }`,
    message: unheard(),
  },
  'data of one state': {
    code: `class Shout extends TcpConnection.with({ states: ['a'], framing: FRAMES }) { ttse_a__onData(data) {} ttse__onStart() { this.toState('a'); } }`,
    message: unheard('ttse_a__onData', 'ttse_a__onFrame'),
  },
  'data where the parent in this file has one': {
    code: `class Base extends TcpConnection.with({ framing: lines() }) {} class Shout extends Base.with({ states: ['a'] }) { ttse__onData(data) {} }`,
    message: unheard(),
  },
  'data of a session over UDP': {
    code: `class Session extends UdpSession.with({ framing: lines() }) { ttse__onData(bytes) {} }`,
    message: unheard(),
  },
});
