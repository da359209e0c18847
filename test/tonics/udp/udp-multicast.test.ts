import { expect } from 'chai';
import { UdpSocket, type UdpSocketOptions } from '../../../src/index.js';
import { expectCode } from '../../support/errors.js';
import { type NetApp, startNet, tidyUp } from '../../support/net-app.js';
import { at, startUdp, texts } from '../../support/udp.js';

afterEach(tidyUp);

const GROUP = '239.255.77.8';
const HERE = '127.0.0.1';
const messages = (app: NetApp): string[] => app.heard.all('onError').map(([, { message }]) => message as string);

/** A socket that sends by the loopback interface, and hears all addresses. */
const member = async (multicast: UdpSocketOptions['multicast']): Promise<Awaited<ReturnType<typeof startUdp>>> =>
  startUdp({ host: '0.0.0.0', multicast: { interface: HERE, ttl: 0, ...multicast } });

/** Whether this socket hears the group. */
const hears = async ({ app, socket, port }: Awaited<ReturnType<typeof startUdp>>): Promise<boolean> => {
  const before = app.heard.count('onDatagram');
  socket.ttsc__send('to the group', at(port, GROUP));
  socket.ttsc__send('to myself', at(port));
  await app.heard.until(() => texts(app).slice(before).includes('to myself'), 'what it has sent to itself');
  return texts(app).slice(before).includes('to the group');
};

describe('a UdpSocket with multicast groups', () => {
  before(async function () {
    const { app } = await member({ groups: [{ group: GROUP, interface: HERE }] });
    const refused = messages(app);
    await tidyUp();
    if (refused.length === 0) return;
    console.log(`      skipped: this machine refuses multicast on its loopback interface (${refused.join()})`);
    this.skip();
  });

  it('joins all that it can, and tells of each other one by its name', async () => {
    const started = await member({
      groups: [
        { group: '10.1.1.1' },
        { group: GROUP, interface: HERE },
        { group: '239.255.77.9', interface: '192.0.2.77' },
      ],
    });
    expect(await hears(started)).to.equal(true);
    const { app, socket } = started;
    expect(messages(app)).to.deep.equal([
      'The socket cannot join the multicast group 10.1.1.1: no such group or interface can exist (EINVAL).',
      'The socket cannot join the multicast group 239.255.77.9 on 192.0.2.77: this machine has no such interface (ENODEV).',
    ]);
    expect(expectCode(app.heard.all('onError')[0]![1], 'TT_MULTICAST').details).to.include({ group: '10.1.1.1' });
    expect(socket.phase).to.equal('open');
  });

  it('may be given a group twice', async () => {
    const group = { group: '239.255.77.9', interface: HERE };
    const started = await member({ groups: [group, group, { group: GROUP, interface: HERE }] });
    started.socket.ttsc__setMembership(GROUP, true, HERE);
    expect(await hears(started)).to.equal(true);
    expect(messages(started.app)).to.deep.equal([]);
  });

  it('tells of an interface that it cannot send by, by its name, and joins its groups', async () => {
    const started = await startUdp({
      host: '0.0.0.0',
      multicast: { interface: 'lo', groups: [{ group: GROUP, interface: HERE }] },
    });
    expect(messages(started.app)).to.deep.equal([
      'The socket cannot send multicast by the interface lo: no such group or interface can exist (EINVAL).',
    ]);
    const sender = await started.app.inside(
      () => new UdpSocket({ host: '0.0.0.0', multicast: { interface: HERE, ttl: 0 } }),
    );
    sender.ttsc__send('to the group', at(started.port, GROUP));
    await started.app.heard.on('onDatagram');
    expect(texts(started.app)).to.deep.equal(['to the group']);
  });

  for (const host of ['0.0.0.0', undefined]) {
    it(`joins one before it is open, with the host ${host ?? 'that is the default'}`, async () => {
      let socket!: UdpSocket;
      const app = await startNet(() => {
        socket = new UdpSocket({ ...(host !== undefined && { host }), multicast: { interface: HERE, ttl: 0 } });
        socket.ttsc__setMembership(GROUP, true, HERE);
      });
      const [info] = await app.heard.on('onListening');
      expect(await hears({ app, socket, port: info.port, info })).to.equal(true);
      expect(messages(app)).to.deep.equal([]);
    });
  }

  it('waits with a membership for a host that is a name', async () => {
    let socket!: UdpSocket;
    const app = await startNet(() => {
      socket = new UdpSocket({ host: 'localhost' });
      socket.ttsc__setMembership(GROUP, true, HERE);
      socket.ttsc__setMembership('10.1.1.1', true);
    });
    await app.heard.on('onError');
    expect(messages(app).join()).to.include('10.1.1.1');
    // It is in the group: it can leave that once.
    socket.ttsc__setMembership(GROUP, false, HERE);
    socket.ttsc__setMembership(GROUP, false, HERE);
    await app.heard.on('onError', 2);
    expect(messages(app)[1]).to.equal(
      `The socket cannot leave the multicast group ${GROUP} on ${HERE}: it is not a member of it (EADDRNOTAVAIL).`,
    );
  });

  it('tells of a group that it leaves without being in it', async () => {
    const { app, socket } = await member({});
    socket.ttsc__setMembership(GROUP, false);
    const [, error] = await app.heard.on('onError');
    expect(expectCode(error, 'TT_MULTICAST').message).to.match(
      new RegExp(`cannot leave the multicast group ${GROUP}: .*\\(E\\w+\\)\\.`),
    );
    expect(socket.phase).to.equal('open');
  });
});
