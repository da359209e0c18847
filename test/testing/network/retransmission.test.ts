import { expect } from 'chai';
import { tidyUp } from '../../support/net-app.js';
import { Lab } from '../../support/simulated.js';

afterEach(tidyUp);

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
