import { expect } from 'chai';
import { tidyUp } from '../../support/net-app.js';
import { Lab } from '../../support/simulated.js';

afterEach(tidyUp);

const LATENCY = 10;

/** A client on a that is connected to a server on b, over links of {@link LATENCY}. */
const pair = async (lab: Lab) => {
  const { connections } = await lab.server('b');
  lab.network.conditions({ latency: LATENCY });
  const { client } = await lab.client('a', '10.0.0.1');
  await lab.pass(50);
  return { client, connection: connections[0]! };
};

/** A lab in which the first so many tries to bring the first bytes fail. */
const losing = (losses: number): Lab => {
  let left = losses;
  return new Lab({ inject: ({ kind, index }) => kind !== 'loss' || (index === 0 && left-- > 0) });
};

describe('a chunk of a stream that is lost', () => {
  for (const [losses, wait] of [
    [1, 200],
    [2, 600],
    [3, 1_400],
  ] as const) {
    it(`comes ${wait} ms later after ${losses} losses in a row`, async () => {
      const lab = losing(losses);
      const { client, connection } = await pair(lab);
      lab.network.towards('a', 'b', { loss: 1 });
      client.ttsc__send('x');
      await lab.pass(LATENCY + wait - 1);
      expect(connection.text).to.equal('');
      await lab.pass(1);
      expect(connection.text).to.equal('x');
    });
  }

  it('holds up what is behind it, and then all comes in order', async () => {
    const lab = losing(1);
    const { client, connection } = await pair(lab);
    lab.network.towards('a', 'b', { loss: 1 });
    for (const letter of 'abc') {
      client.ttsc__send(letter);
      await lab.pass(1);
    }
    await lab.pass(100);
    expect(connection.text).to.equal('');
    await lab.pass(200);
    expect(connection.text).to.equal('abc');
  });
});

describe('a peer that is half-open', () => {
  it('is given up where it hears all, and is not heard', async () => {
    const lab = new Lab({ giveUp: 3_000 });
    const { client, connection } = await pair(lab);
    lab.network.partition('b', 'a', { oneWay: true });
    client.ttsc__send('hello');
    await lab.pass(10_000);
    expect(connection.text).to.equal('hello');
    expect(client.all('onDisconnected')).to.have.nested.property('[0].error.code', 'TT_TIMED_OUT');
  });

  it('is given up where it is stalled', async () => {
    const lab = new Lab({ giveUp: 3_000 });
    const { client } = await pair(lab);
    lab.network.connections[0]!.stall('server');
    client.ttsc__send('hello');
    await lab.pass(10_000);
    expect(client.all('onDisconnected')).to.have.nested.property('[0].error.code', 'TT_TIMED_OUT');
  });

  describe('while its buffers are full', () => {
    const full = async () => {
      const lab = new Lab({ giveUp: 3_000 });
      const { client, connection } = await pair(lab);
      connection.ttsc__pause();
      await lab.pass(1);
      client.ttsc__send(Buffer.alloc(600_000));
      await lab.pass(10_000);
      expect(client.names).to.deep.equal(['onConnected']);
      return { lab, client };
    };

    it('is given up, since it does not answer whether there is room', async () => {
      const { lab, client } = await full();
      lab.network.partition('a', 'b');
      await lab.pass(200_000);
      expect(client.all('onDisconnected')).to.have.nested.property('[0].error.code', 'TT_TIMED_OUT');
    });

    it('resets who asks for room, where its host has started again', async () => {
      const { lab, client } = await full();
      lab.network.host('b').crash();
      lab.network.host('b').restart();
      await lab.pass(200_000);
      expect(client.all('onDisconnected')).to.have.nested.property('[0].reason', 'peerReset');
    });
  });
});

/** Something is sent so often, in ms: more often than packets are sent again. */
const OFTEN = 50;

describe('a stream of the simulated network whose packets are lost while more is sent all the time', () => {
  it('brings them as soon as the network is whole', async () => {
    const lab = new Lab();
    const { connections } = await lab.server('b');
    const { client } = await lab.client('a', '10.0.0.1');
    await lab.pass(10);
    const partition = lab.network.partition('a', 'b');
    client.ttsc__send('lost;');
    await lab.pass(10);
    partition.heal();
    for (let ms = 0; ms < 1_000; ms += OFTEN) {
      client.ttsc__send('more;');
      await lab.pass(OFTEN);
    }
    expect(connections[0]!.text).to.equal(`lost;${'more;'.repeat(20)}`);
  });

  it('gives the peer up when that was silent for so long', async () => {
    const lab = new Lab({ giveUp: 3_000 });
    await lab.server('b');
    const { client } = await lab.client('a', '10.0.0.1');
    await lab.pass(10);
    lab.network.partition('a', 'b');
    for (let ms = 0; ms < 7_000; ms += OFTEN) {
      client.ttsc__send('more;');
      await lab.pass(OFTEN);
    }
    expect(client.all('onDisconnected')).to.have.nested.property('[0].error.code', 'TT_TIMED_OUT');
  });
});
