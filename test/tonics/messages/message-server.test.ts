import { BlockList } from 'node:net';
import { expect } from 'chai';
import { type ListenInfo, MessageServer, type MessageServerOptions } from '../../../src/index.js';
import { lengthPrefixed, lines } from '../../../src/framing/index.js';
import { till } from '../../support/bench.js';
import { expectThrow } from '../../support/errors.js';
import { type NetApp, startNet, tidyUp } from '../../support/net-app.js';
import { connectTo, udpPeer } from '../../support/peers.js';

afterEach(tidyUp);

const framing = lengthPrefixed({ bytes: 1 });
const upper = (message: Buffer): Buffer => Buffer.from(message.toString().toUpperCase());

interface Started {
  readonly app: NetApp;
  readonly server: MessageServer<any, any>;
  readonly port: number;
}

async function start<Message = Buffer, Reply = Message>(
  options: Omit<MessageServerOptions<Message, Reply>, 'port' | 'host'>,
): Promise<Started> {
  let server!: MessageServer<Message, Reply>;
  const given = { host: '127.0.0.1', port: 0, ...options } as MessageServerOptions<Message, Reply>;
  const app = await startNet(() => (server = new MessageServer<Message, Reply>(given)));
  await app.heard.on('onListening', options.datagrams === undefined ? 1 : 2);
  const [{ port }] = app.heard.all('onListening')[0] as [ListenInfo];
  return { app, server, port };
}

describe('a MessageServer', () => {
  it('answers over TCP, in order, and over UDP on the same port', async () => {
    const { app, server, port } = await start({ framing, datagrams: true, answer: upper });
    const told = app.heard.all('onListening').map(([info]) => info as ListenInfo);
    expect(told.map(({ transport, port: at }) => [transport, at])).to.deep.equal([
      ['tcp', port],
      ['udp', port],
    ]);
    const peer = await connectTo(port);
    peer.send('\x02ab\x01c\x03d');
    await peer.received(5);
    peer.send('ef');
    await peer.received(9);
    expect(peer.text).to.equal('\x02AB\x01C\x03DEF');
    const other = await udpPeer();
    other.send('ghi', port);
    expect(await other.received()).to.equal('GHI');
    expect(server.datagrams).to.include({ receivedMessages: 1, sentMessages: 1 });
  });

  it('says by what a message came, and of whom', async () => {
    const { port } = await start({
      framing: lines(),
      datagrams: lines({ lastWithoutEnd: true }),
      answer: (_line, transport, from) => `${transport} ${from!.port}`,
    });
    const peer = await connectTo(port);
    peer.send('x\n');
    const other = await udpPeer();
    other.send('x', port);
    expect(await other.received()).to.equal(`udp ${other.port}\n`);
    await peer.received(5);
    expect(peer.text).to.match(/^tcp \d+\n$/);
  });

  it('takes no datagrams where that is not said', async () => {
    const { app, server, port } = await start({ framing, answer: upper });
    expect(server.datagrams).to.equal(undefined);
    expect(app.heard.all('onListening')).to.have.length(1);
    const peer = await connectTo(port);
    peer.send('\x01a');
    await peer.received(2);
  });

  it('sends nothing where there is no answer', async () => {
    const answer = (message: Buffer): Buffer | undefined => (message.length > 1 ? message : undefined);
    const { port } = await start({ framing, datagrams: true, answer });
    const peer = await connectTo(port);
    peer.send('\x01a\x02bc');
    await peer.received(3);
    expect(peer.text).to.equal('\x02bc');
    const other = await udpPeer();
    other.send('a', port);
    other.send('bc', port);
    expect(await other.received()).to.equal('bc');
  });

  it('closes a connection whose bytes are no message, and no other', async () => {
    const { port } = await start({ framing: lines({ max: 4 }), answer: (line) => line });
    const good = await connectTo(port);
    const bad = await connectTo(port);
    bad.send('too long\nmore\n');
    await bad.heard.on('close');
    expect(bad.text).to.equal('');
    good.send('ok\n');
    await good.received(3);
  });

  it('fails one connection alone where its answer throws', async () => {
    const { server, port } = await start({ framing, answer: throwing });
    const bad = await connectTo(port);
    bad.send('\x03bad');
    await bad.heard.on('close');
    const good = await connectTo(port);
    good.send('\x02ok');
    await good.received(3);
    expect(server.counts).to.include({ failed: 1, open: 1 });
  });

  it('tells of a datagram whose answer throws, and answers the next one', async () => {
    const { app, port } = await start({ framing, datagrams: true, answer: throwing });
    const peer = await udpPeer();
    peer.send('bad', port);
    peer.send('ok', port);
    expect(await peer.received()).to.equal('ok');
    const [[, error]] = app.heard.all('onError') as [[unknown, { code: string; message: string; cause: Error }]];
    expect([error.code, error.cause.message]).to.deep.equal(['TT_ANSWER_FAILED', 'this is bad']);
    expect(error.message).to.include(`127.0.0.1:${peer.port}`);
  });

  it('drops datagrams of those that may not come, as it turns their connections away', async () => {
    const allow = new BlockList();
    const { server, port } = await start({ framing, datagrams: true, answer: upper, allow });
    const stranger = await connectTo(port);
    await stranger.heard.on('close');
    const peer = await udpPeer();
    peer.send('a', port);
    await till(() => server.datagrams!.receivedMessages > 0);
    allow.addAddress('127.0.0.1');
    peer.send('b', port);
    expect(await peer.received()).to.equal('B');
    expect(server.counts.turnedAway.denied).to.equal(1);
  });

  it('finishes with both sockets', async () => {
    const { app, server, port } = await start({ framing, datagrams: true, answer: upper });
    server.ttsc__close();
    await app.heard.on('onInfusionFinished');
    const again = await app.inside((ear) => new MessageServer({ host: '127.0.0.1', port, framing, datagrams: true, answer: upper, base: ear })); // prettier-ignore
    await app.heard.on('onListening', 4);
    expect(again.datagrams).to.include({ receivedMessages: 0 });
  });

  it('takes no protocol of its own, and no threads', async () => {
    await startNet(() => {
      for (const more of [{ catalysts: 2 }, { protocol: MessageServer }])
        expectThrow(() => new MessageServer({ port: 0, framing, answer: upper, ...more } as never), 'TT_BAD_OPTION');
      expectThrow(() => new MessageServer({ port: 0, framing } as never), 'TT_BAD_OPTION');
    });
  });
});

function throwing(message: Buffer): Buffer {
  if (message.toString() === 'bad') throw new Error('this is bad');
  return message;
}
