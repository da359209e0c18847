import { expect } from 'chai';
import {
  type Address,
  type Hears,
  type ListenInfo,
  type TaskTonicError,
  Tonic,
  UdpSocket,
} from '../../../src/index.js';
import { type Framing, jsonLines, lengthPrefixed, lines } from '../../../src/framing/index.js';
import { bench, till } from '../../support/bench.js';
import { FakeNetwork } from '../../support/fake-network.js';
import { Heard } from '../../support/heard.js';
import { startNet, tidyUp } from '../../support/net-app.js';
import { udpPeer } from '../../support/peers.js';

afterEach(tidyUp);

class Metrics extends UdpSocket.with({ framing: lines({ lastWithoutEnd: true, max: 20 }) }) {
  readonly heard = new Heard();

  override ttse__onFrame(line: string, from: Address): void {
    this.heard.push('line', line, from.port);
    if (line === 'ping') this.sendFrame('pong', from);
  }
  override ttse__onListening({ port }: ListenInfo): void {
    this.heard.push('listens', port);
  }
  override ttse__onError(error: TaskTonicError): void {
    this.heard.push('error', error.code, error.message);
  }
  get lines(): unknown[] {
    return this.heard.all('line').map(([line]) => line as string);
  }
}

async function start(): Promise<{ socket: Metrics; port: number }> {
  let socket!: Metrics;
  await startNet(() => (socket = new Metrics({ host: '127.0.0.1' })));
  const [port] = (await socket.heard.on('listens')) as [number];
  return { socket, port };
}

describe('a UdpSocket with a framing', () => {
  it('hears each frame of a datagram with the address that it came from, and answers with a frame', async () => {
    const { socket, port } = await start();
    const peer = await udpPeer();
    peer.send('a\nb\nping', port);
    expect(await peer.received()).to.equal('pong\n');
    expect(socket.heard.all('line')).to.deep.equal(['a', 'b', 'ping'].map((line) => [line, peer.port]));
    expect(socket.traffic).to.include({ receivedMessages: 1, receivedBytes: 8 });
  });

  it('begins each datagram anew', async () => {
    const { socket, port } = await start();
    const peer = await udpPeer();
    peer.send('one', port);
    await socket.heard.on('line');
    peer.send('two\n', port);
    await socket.heard.until(() => socket.lines.length === 2, 'the second line');
    expect(socket.lines).to.deep.equal(['one', 'two']);
  });

  it('hears all frames of a datagram that has more than are heard in a turn', async () => {
    const { socket, port } = await start();
    const peer = await udpPeer();
    peer.send('\n'.repeat(1_000), port);
    await socket.heard.until(() => socket.lines.length === 1_000, 'all lines');
  });

  it('tells who sent what is no frame, and hears the next datagram', async () => {
    const heard: unknown[] = [];
    class Values extends UdpSocket.with({ framing: lengthPrefixed({ bytes: 1, encoding: 'utf8' }) }) {
      override ttse__onFrame(text: string): void {
        heard.push(text);
      }
      override ttse__onError({ code, message, cause }: TaskTonicError): void {
        heard.push(code, (cause as TaskTonicError).code, message);
      }
    }
    let socket!: Values;
    await startNet(() => (socket = new Values({ host: '127.0.0.1' })));
    const peer = await udpPeer();
    await till(() => socket.local !== undefined);
    const { port } = socket.local!;
    peer.send('\x01a\x09b', port);
    await till(() => heard.length >= 4);
    peer.send('\x01c', port);
    await till(() => heard.length >= 5);
    expect(heard.slice(0, 3)).to.deep.equal(['a', 'TT_BAD_DATAGRAM', 'TT_FRAME_INCOMPLETE']);
    expect(heard[3]).to.include(`127.0.0.1:${peer.port}`);
    expect(heard[4]).to.equal('c');
  });

  it('hears when it is resumed what had come before it was paused', async () => {
    const network = new FakeNetwork();
    let socket!: Metrics;
    await startNet(() => (socket = new Metrics({ host: '127.0.0.1' })), { options: { network } });
    const datagrams = await network.datagram();
    datagrams.opens();
    await socket.heard.on('listens');
    socket.ttsc__pause();
    datagrams.receives('a', { address: '127.0.0.1', port: 9 });
    datagrams.receives('b', { address: '127.0.0.1', port: 9 });
    await bench().settled();
    socket.ttsc__resume();
    await socket.heard.until(() => socket.lines.length === 2, 'both lines');
  });

  it('hears the next datagram where a decoder of its own throws as it is given one', async () => {
    let made = 0;
    const heard: unknown[] = [];
    const framing: Framing<string> = {
      ...lines(),
      decoder: () => {
        const decoder = lines({ lastWithoutEnd: true }).decoder();
        if (made++ === 0)
          decoder.push = () => {
            throw new RangeError('oops');
          };
        return decoder;
      },
    };
    class Odd extends UdpSocket.with({ framing }) {
      override ttse__onFrame(text: string): void {
        heard.push(text);
      }
      override ttse__onError({ code }: TaskTonicError): void {
        heard.push(code);
      }
    }
    let socket!: Odd;
    await startNet(() => (socket = new Odd({ host: '127.0.0.1' })));
    const peer = await udpPeer();
    await till(() => socket.local !== undefined);
    peer.send('a', socket.local!.port);
    await till(() => heard.length >= 1);
    peer.send('b', socket.local!.port);
    await till(() => heard.length >= 2);
    expect(heard).to.deep.equal(['TT_BAD_DATAGRAM', 'b']);
  });

  it('goes on behind a frame that is too long', async () => {
    const { socket, port } = await start();
    const peer = await udpPeer();
    peer.send(`a\n${'x'.repeat(30)}\nb`, port);
    await socket.heard.until(() => socket.lines.length === 2, 'both lines');
    expect([socket.lines, socket.heard.all('error').length]).to.deep.equal([['a', 'b'], 1]);
    expect(socket.traffic.skippedFrames).to.equal(1);
  });

  it('gives frames to its base where it does not hear them itself', async () => {
    const heard: unknown[] = [];
    class Base extends Tonic implements Hears<UdpSocket> {
      ttse__onStart(): void {
        new UdpSocket({ host: '127.0.0.1', framing: jsonLines({ lastWithoutEnd: true }) });
      }
      ttse__onListening({ port }: ListenInfo): void {
        heard.push(port);
      }
      ttse__onFrame(socket: UdpSocket, value: unknown, from: Address): void {
        heard.push(socket instanceof UdpSocket, value, from.port);
      }
    }
    await startNet(() => new Base());
    await till(() => heard.length > 0);
    const peer = await udpPeer();
    peer.send('{"n":1}', heard[0] as number);
    await till(() => heard.length >= 4);
    expect(heard.slice(1)).to.deep.equal([true, { n: 1 }, peer.port]);
  });
});
