// What each cell of the matrix does with the package, in one file: it is run as it stands, as CommonJS, and as a bundler makes it.
// It echoes over TCP and UDP with peers of Node's own, hears a timer, calls a thread and hears its answer, has that thread use a service
// and a Store of the main one, and logs all of it.
// The last line that it writes names the parts that went well.
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { isMainThread } from 'node:worker_threads';
import { Catalyst, Formula, TcpConnection, TcpServer, TimerSingleShot, Tonic, UdpSocket } from 'tasktonic';
import { Store } from 'tasktonic/store';

const HERE = import.meta.url;

export class Squares extends Catalyst {
  static module = HERE;
  // The main thread has to load the Store for it.
  ttse__onStart() {
    this.store = this.use(Store);
    this.store.set('squares', 49);
  }
  ttse__onStoreReady() {
    this.base.ttse__onStored(this.store.get('squares'));
  }
  ttsc__square(number) {
    this.log.info('squares in a thread');
    this.base.ttse__onSquare(number * number);
    this.use(Register).ttsc__note(number, this.base);
  }
}

/** Lives in the main thread, which has to load this file for it as a module. */
export class Register extends Tonic {
  static service = 'register';
  static module = HERE;
  ttsc__note(number, whoAsked) {
    whoAsked.ttse__onNoted(number);
  }
}

class Echo extends TcpConnection {
  ttse__onData(data) {
    this.send(data);
  }
}

class Work extends Tonic {
  #well = new Set();

  ttse__onStart() {
    new TcpServer({ port: 0, host: '127.0.0.1', protocol: Echo });
    new UdpSocket({ port: 0, host: '127.0.0.1' });
    new TimerSingleShot({ seconds: 0.05, name: 'soon' });
    new TimerSingleShot({ seconds: 20, name: 'tooLate' });
    Squares.spawn().ttsc__square(7);
  }

  ttse__onListening({ transport, port }) {
    if (transport === 'tcp') this.#talkTcp(port);
    else this.#talkUdp(port);
  }

  #talkTcp(port) {
    const peer = connect(port, '127.0.0.1', () => peer.write('hello, TCP'));
    peer.on('error', (error) => this.ttsc__failed('tcp', error.message));
    peer.on('data', (data) => {
      peer.end();
      this.ttsc__heard('tcp', String(data), 'hello, TCP');
    });
  }

  #talkUdp(port) {
    const peer = createSocket('udp4');
    peer.on('error', (error) => this.ttsc__failed('udp', error.message));
    peer.on('message', (data) => {
      peer.close();
      this.ttsc__heard('udp', String(data), 'hello, UDP');
    });
    peer.bind(0, '127.0.0.1', () => peer.send('hello, UDP', port, '127.0.0.1'));
  }

  ttse__onDatagram(socket, data, from) {
    socket.ttsc__send(data, from);
  }

  ttse__onSoon() {
    this.ttsc__heard('timer', 'fired', 'fired');
  }

  ttse__onSquare(square) {
    this.ttsc__heard('thread', square, 49);
  }

  ttse__onNoted(number) {
    this.ttsc__heard('service', number, 7);
  }

  ttse__onStored(square) {
    this.ttsc__heard('store', square, 49);
  }

  ttse__onTooLate() {
    this.#end(1);
  }

  ttsc__failed(part, why) {
    console.log(`${part}: ${why}`);
    this.#end(1);
  }

  ttsc__heard(part, what, expected) {
    this.log.info({ part, what }, 'heard');
    if (what !== expected) return this.ttsc__failed(part, `${what} instead of ${expected}`);
    this.#well.add(part);
    if (this.#well.size === 6) this.#end(0);
  }

  #end(code) {
    console.log(`went well: ${[...this.#well].sort().join(' ')}`);
    process.exitCode = code;
    this.ttsc__finish();
  }
}

class App extends Formula {
  creatingFormula() {
    return { project: { name: 'matrix' }, log: { to: 'json', level: 'info' } };
  }
  creatingStartingTonics() {
    new Work();
  }
}

if (isMainThread) App.run();
