import { accepts, reports } from './rule-tester.js';

const MAKES = `ttse__onStart() { new UdpSocket({ port: 1 }); }`;

accepts('socket-comes-first', {
  'a base that hears the socket first': `class Dns extends Tonic { ${MAKES} ttse__onDatagram(socket: UdpSocket, data: Buffer) {} ttse__onError(socket) {} }`,
  'a socket that hears its own events': `class Dns extends UdpSocket { ${MAKES} ttse__onDatagram(data: Buffer) {} }`,
  'an event of your own, where there is no socket': `class Reader extends Tonic { ttse__onData(data: Buffer) {} }`,
  'an event that a socket hears alone': `class Dns extends Tonic { ${MAKES} ttse__onListening(info: ListenInfo) {} ttsc__onData(data: Buffer) {} }`,
  'a class of another file, which may be a socket': `import { Line } from './line.js'; class Proxy extends Line { ${MAKES} ttse__onData(data: Buffer) {} }`,
  'a class that is no Tonic': `class Dns extends EventEmitter { make() { new UdpSocket({ port: 1 }); } onData(data: Buffer) {} }`,
});

const FIRST = (key: string, parameter: string, socket: string): string =>
  `${key} is an event of a socket that this Tonic makes, so its first parameter is the socket: ${key}(socket, ${parameter}, ...). With "implements Hears<${socket}>" the compiler checks that.`;

reports('socket-comes-first', {
  'a datagram without its socket': {
    code: `class Dns extends Tonic { ${MAKES} ttse__onDatagram(data: Buffer, from: Address) {} }`,
    message: FIRST('ttse__onDatagram', 'data', 'UdpSocket'),
  },
  'an end without its connection, in one state': {
    code: `class Chat extends Tonic.with({ states: ['open'] }) { ttse__onStart() { new TcpServer({ port: 1 }); } ttse_open__onDisconnected({ reason }: DisconnectInfo) {} }`,
    message: FIRST('ttse_open__onDisconnected', '...', 'TcpServer'),
  },
  'a request without its server': {
    code: `class Web extends Tonic { ttse__onStart() { new HttpServer({ port: 1 }); } ttse__onRequest(exchange: HttpExchange) {} }`,
    message: FIRST('ttse__onRequest', 'exchange', 'HttpServer'),
  },
  'an error of a client of this file': {
    code: `class Line extends TcpClient {} class Poller extends Tonic { ttse__onStart() { new Line({ port: 1 }); } ttse__onError(error: TaskTonicError) {} }`,
    message: FIRST('ttse__onError', 'error', 'TcpClient'),
  },
});
