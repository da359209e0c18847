// Whether a UdpSocket with `remote` hears a stranger: on Deno it does, as the README says.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { Formula, Tonic, UdpSocket } from 'tasktonic';

const [friend, stranger] = [createSocket('udp4'), createSocket('udp4')];
const texts = [];
friend.bind(0, '127.0.0.1');
await once(friend, 'listening');

class Listener extends Tonic {
  ttse__onStart() {
    new UdpSocket({ host: '127.0.0.1', remote: { host: '127.0.0.1', port: friend.address().port } });
  }
  ttse__onListening({ port }) {
    stranger.send('stranger', port, '127.0.0.1', () => friend.send('friend', port, '127.0.0.1'));
  }
  ttse__onDatagram(_socket, data) {
    texts.push(String(data));
    if (String(data) === 'friend') this.ttsc__finish();
  }
}

class App extends Formula {
  creatingFormula() {
    return { log: { to: 'off' } };
  }
  creatingStartingTonics() {
    new Listener();
  }
}

await App.run();
friend.close();
stranger.close();
console.log(`heard: ${texts.join(', ')}`);
