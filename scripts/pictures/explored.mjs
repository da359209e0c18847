// A server with the bug that most first servers have, and what explore() says of it. Its output is docs/images/explored.svg.
import { strict as assert } from 'node:assert';
import { TcpClient, TcpConnection, TcpServer } from 'tasktonic';
import { lines } from 'tasktonic/framing';
import { explore } from 'tasktonic/testing';

/** The bug: a chunk of bytes is taken for a line. On one machine it nearly always is. */
class Talk extends TcpConnection.with({ states: ['name', 'talk'] }) {
  #name = '';
  ttse__onConnected() {
    this.send('Your name?\n');
    this.toState('name');
  }
  ttse_name__onData(data) {
    this.#name = String(data).trim();
    this.toState('talk');
  }
  ttse_talk__onData(data) {
    this.send(`${this.#name} says: ${String(data).trim()}\n`);
  }
}

class Peer extends TcpClient.with({ framing: lines() }) {
  heard = [];
  ttse__onFrame(line) {
    this.heard.push(line);
  }
}

const app = () => void new TcpServer({ port: 7007, protocol: Talk });

const exploration = explore({ app, host: 'server', runs: 1000, seed: 1 }, async (distiller) => {
  await distiller.join(() => void new Peer({ name: 'peer', host: 'server', port: 7007 }), { host: 'client' });
  distiller.network.conditions({ latency: 20, split: 'random', loss: 0.01 });
  const peer = distiller.find('peer');
  peer.ttsc__send('Ada\n');
  await distiller.advance('1s');
  peer.ttsc__send('Good morning\n');
  await distiller.advance('5s');
  const heard = peer.heard.slice(1).join(' | ');
  assert.ok(heard === 'Ada says: Good morning', `the peer heard ${heard}`);
});
await exploration.catch((error) => console.log(error.message));
