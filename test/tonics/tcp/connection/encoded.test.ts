import { expect } from 'chai';
import { TcpClient } from '../../../../src/index.js';
import { expectCode, expectThrow, thrownBy } from '../../../support/errors.js';
import { FakeNetwork } from '../../../support/fake-network.js';
import { VirtualBench } from '../../../support/bench.js';
import { Recorder, serve, startNet, tidyUp } from '../../../support/net-app.js';
import { udpPeer } from '../../../support/peers.js';
import { at, startTeller } from '../../../support/udp.js';

afterEach(tidyUp);

/** Seven bytes in UTF-8, and five in latin1. */
const SIZE = 'größe';
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

const pair = async (make = (): Recorder => new Recorder()) => {
  const app = await serve(make);
  return app.pair();
};

describe('what a connection sends in an encoding', () => {
  for (const [how, send] of Object.entries({
    'send()': async (to: Recorder, ...args: Parameters<Recorder['say']>) => to.inside((self) => self.say(...args)),
    'ttsc__send()': async (to: Recorder, ...args: Parameters<Recorder['say']>) => to.ttsc__send(...args),
  })) {
    describe(`with ${how}`, () => {
      it('leaves as its bytes, and counts as them', async () => {
        const { peer, connection } = await pair();
        await send(connection, SIZE, 'latin1');
        await peer.received(5);
        expect(peer.bytes).to.deep.equal(latin1(SIZE));
        expect(connection.traffic).to.include({ sentMessages: 1, sentBytes: 5 });
        expect(connection.unsentBytes).to.equal(0);
      });

      it('may be a list, in which bytes are as they are', async () => {
        const { peer, connection } = await pair();
        await send(connection, ['ä', Buffer.from('ä'), 'ö'], 'latin1');
        await peer.received(4);
        expect(peer.bytes).to.deep.equal(Buffer.concat([latin1('ä'), Buffer.from('ä'), latin1('ö')]));
      });

      it('may be any encoding of Node', async () => {
        const { peer, connection } = await pair();
        await send(connection, '616263', 'hex');
        await send(connection, 'ZGVm', 'base64');
        await send(connection, 'ä', 'utf8');
        await send(connection, 'g', 'utf16le');
        await peer.received(10);
        expect(peer.bytes.toString()).to.equal('abcdefäg\0');
      });

      it('is refused at the call where there is no such encoding, and the connection goes on', async () => {
        const { peer, connection } = await pair();
        for (const wrong of ['latin2', '', 7, null] as never[]) {
          const thrown = await connection.inside((self) =>
            thrownBy(() => (how === 'send()' ? self.say('x', wrong) : self.ttsc__send('x', wrong))),
          );
          expectCode(thrown, 'TT_BAD_ENCODING');
        }
        expect(connection.unsentBytes).to.equal(0);
        await send(connection, 'fine');
        expect(await peer.received('fine')).to.equal('fine');
      });

      it('is UTF-8 where none is said', async () => {
        const { peer, connection } = await pair();
        await send(connection, SIZE, undefined);
        expect(await peer.received(SIZE)).to.equal(SIZE);
        expect(connection.unsentBytes).to.equal(0);
      });
    });
  }

  it('says what is wrong with one', async () => {
    const { connection } = await pair();
    const { message } = expectThrow(() => connection.ttsc__send('x', 'latin2' as 'latin1'), 'TT_BAD_ENCODING');
    expect(message).to.equal(
      '"latin2" is not an encoding of texts: use one that Node has, such as "latin1", or none for UTF-8.',
    );
  });

  it('is counted from the call on as the bytes that it is', async () => {
    const { connection } = await pair();
    const counted = await connection.inside((self) => {
      self.ttsc__send(SIZE, 'latin1');
      return self.unsentBytes;
    });
    expect(counted).to.equal(5);
  });

  it('keeps its order among others', async () => {
    const { peer, connection } = await pair();
    await connection.inside((self) => {
      self.ttsc__send('1');
      self.say('32', 'hex');
      self.ttsc__send('33', 'hex');
      self.say('4');
    });
    expect(await peer.received(4)).to.equal('1234');
  });

  it('may be raised, and takes nothing from the count of what waits', async () => {
    class Watching extends Recorder {
      seen: number[] = [];
      ttse__onStart(): void {
        this.ttsc__do(() => {
          this.ttsc__look();
          this.ttsc__send('0123456789');
          this.raise.ttsc__send(SIZE, 'latin1');
        });
      }
      ttsc__look(): void {
        this.seen.push(this.unsentBytes);
      }
    }
    const { peer, connection } = await pair(() => new Watching());
    await peer.received(15);
    // The raised one has been given to the socket, and the other one still waits.
    expect((connection as Watching).seen).to.deep.equal([15]);
  });

  it('goes to a body that a subclass has written for it as it was given', async () => {
    class Framed extends Recorder {
      override ttsc__send(text: string, topic = ''): void {
        super.ttsc__send(`${topic}: ${text}\n`, 'latin1');
      }
    }
    const { peer, connection } = await pair(() => new Framed());
    connection.ttsc__send('größe', 'hex');
    await peer.received(11);
    expect(peer.bytes).to.deep.equal(latin1('hex: größe\n'));
    expect(connection.unsentBytes).to.equal(0);
  });
});

describe('what a TcpClient sends in an encoding', () => {
  it('waits for its connection as bytes', async () => {
    const network = new FakeNetwork();
    const clock = new VirtualBench();
    let client!: TcpClient;
    await startNet(() => (client = new TcpClient({ host: '10.0.0.1', port: 9 })), {
      options: { network },
      bench: clock,
    });
    client.ttsc__send('616263', 'hex');
    await clock.settled();
    expect(client.unsentBytes).to.equal(3);
    const stream = await network.stream();
    stream.opens();
    await clock.settled();
    expect(stream.sent).to.equal('abc');
  });
});

describe('what a UdpSocket sends in an encoding', () => {
  it('is a datagram of its bytes', async () => {
    const { teller } = await startTeller();
    const peer = await udpPeer();
    teller.ttsc__send(SIZE, at(peer.port), 'latin1');
    await teller.inside((self) => self.say('616263', at(peer.port), 'hex'));
    await peer.received(2);
    expect(peer.heard.all('message').map(([data]) => data)).to.deep.equal([latin1(SIZE), Buffer.from('abc')]);
  });

  it('is refused at the call where there is no such encoding', async () => {
    const { teller } = await startTeller();
    expectThrow(() => teller.ttsc__send('x', at(9), 'latin2' as never), 'TT_BAD_ENCODING');
    const thrown = await teller.inside((self) => thrownBy(() => self.say('x', at(9), 'latin2' as never)));
    expectCode(thrown, 'TT_BAD_ENCODING');
  });
});
