import { expect } from 'chai';
import { Recorder, tidyUp } from '../../support/net-app.js';
import { Lab, type ServerThere } from '../../support/simulated.js';

afterEach(tidyUp);

class Echo extends Recorder {
  override ttse__onData(data: Buffer): void {
    super.ttse__onData(data);
    this.send(data);
  }
}

/** A server that echoes on the host b. */
const echoing = async (lab: Lab, options = {}): Promise<ServerThere> => lab.server('b', options, () => new Echo());

describe('TCP on the simulated network', () => {
  it('brings bytes there and back after the latency of each way', async () => {
    const lab = new Lab();
    await echoing(lab);
    const { client } = await lab.client('a', '10.0.0.1');
    lab.network.between('a', 'b', { latency: 10 });
    await lab.pass(20);
    expect(client.names).to.deep.equal(['onConnected']);
    client.ttsc__send('hello');
    await lab.pass(19.9);
    expect(client.text).to.equal('');
    await lab.pass(0.1);
    expect(client.text).to.equal('hello');
  });

  it('looks names of hosts up', async () => {
    const lab = new Lab();
    await echoing(lab);
    const { client } = await lab.client('a', 'b');
    await lab.pass(10);
    expect(client.remote).to.deep.equal({ address: '10.0.0.1', port: 80, family: 'IPv4' });
    expect(client.local).to.deep.equal({ address: '10.0.0.2', port: 32_768, family: 'IPv4' });
  });
});
