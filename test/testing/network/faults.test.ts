import { expect } from 'chai';
import { type NetworkFault, SeededRandom, SimulatedNetwork } from '../../../src/testing/index.js';
import { VirtualClock } from '../../doors/testing.js';
import { type Recorder, tidyUp } from '../../support/net-app.js';
import { expectCode, expectThrow } from '../../support/errors.js';
import { Lab, Recording } from '../../support/simulated.js';
import { howMany } from '../../support/how-many.js';

afterEach(tidyUp);

const LETTERS = 'abcdefghij';

/** A client on a that is connected to a server on b. */
const pair = async (lab = new Lab(), clientOptions = {}) => {
  const there = await lab.server('b');
  const { client, app } = await lab.client('a', '10.0.0.1', clientOptions);
  await lab.pass(10);
  return { lab, client, app, connection: there.connections[0]!, there };
};

const pieces = (connection: Recorder): string[] => connection.heard.all('onData').map(([data]) => String(data));

/** All runs of a small conversation in bad conditions, as a trace. */
const badRun = async (
  seed: number,
  inject?: (fault: NetworkFault) => boolean,
): Promise<{ trace: string[]; text: string }> => {
  const lab = new Lab({ seed, inject });
  const { client, connection } = await pair(lab);
  lab.network.between('a', 'b', { latency: 20, jitter: 10, loss: 0.2, split: 'random', bandwidth: 100_000 });
  for (let n = 0; n < 30; n++) {
    client.ttsc__send(`message ${n};`);
    await lab.pass(7);
  }
  await lab.pass(60_000);
  return { trace: lab.trace, text: connection.text };
};

describe('faults of the simulated network', () => {
  describe('splits of a stream', () => {
    it('by chance are each possible alone: whether one is made shifts no other one', async () => {
      const run = async (allowed: (fault: NetworkFault) => boolean): Promise<string[]> => {
        const cuts: string[] = [];
        const inject = (fault: NetworkFault): boolean => {
          const may = allowed(fault);
          if (may) cuts.push(`${fault.kind} ${fault.what} ${fault.index}`);
          return may;
        };
        const { lab, client, connection } = await pair(new Lab({ seed: 5, inject }));
        lab.network.towards('a', 'b', { split: 'random' });
        // Of some, more comes while the pieces are still waited for; some are read in one.
        const sent: string[] = [];
        for (let n = 0; n < 20; n++) {
          sent.push(`message ${n} is somewhat longer than the one before it;`, `and ${n};`);
          client.ttsc__send(sent.at(-2)!);
          await lab.pass(n % 3);
          client.ttsc__send(sent.at(-1)!);
        }
        await lab.pass(1_000);
        expect(connection.text).to.equal(sent.join(''));
        return cuts;
      };
      const all = await run(() => true);
      expect(all.length).to.be.greaterThan(50);
      expect(new Set(all).size).to.equal(all.length);
      for (let at = 0; at < all.length; at += howMany(4, 1)) {
        const one = all[at]!;
        expect(await run(({ kind, what, index }) => `${kind} ${what} ${index}` === one)).to.deep.equal([one]);
      }
    });

    for (let cut = 1; cut < LETTERS.length; cut++) {
      it(`bring a message of ten bytes as ${cut} and ${LETTERS.length - cut}`, async () => {
        const { lab, client, connection } = await pair();
        lab.network.towards('a', 'b', { split: [cut] });
        client.ttsc__send(LETTERS);
        await lab.pass(10);
        expect(pieces(connection)).to.deep.equal([LETTERS.slice(0, cut), LETTERS.slice(cut)]);
      });
    }

    it('bring it byte by byte, each in a turn of its own', async () => {
      const { lab, client, connection } = await pair();
      lab.network.towards('a', 'b', { split: 'byte' });
      client.ttsc__send(LETTERS);
      await lab.pass(3);
      expect(pieces(connection).length).to.equal(3);
      await lab.pass(10);
      expect(pieces(connection)).to.deep.equal([...LETTERS]);
    });

    it('cut each so many bytes of the stream, wherever a message begins', async () => {
      const { lab, client, connection } = await pair();
      lab.network.towards('a', 'b', { split: 4 });
      client.ttsc__send('abc');
      await lab.pass(50);
      client.ttsc__send('defgh');
      await lab.pass(50);
      expect(pieces(connection)).to.deep.equal(['abc', 'd', 'efgh']);
    });

    it('by chance are made at every place: after the first byte, within, and between two messages that come at once', async () => {
      const places = new Set<number>();
      for (let seed = 1; seed <= 40; seed++) {
        const { lab, client, connection } = await pair(new Lab({ seed, segment: 5 }));
        lab.network.towards('a', 'b', { split: 'random' });
        client.ttsc__send(LETTERS);
        await lab.pass(50);
        expect(connection.text).to.equal(LETTERS);
        let at = 0;
        for (const piece of pieces(connection)) places.add((at += piece.length));
      }
      expect([...places].sort((a, b) => a - b)).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    });

    it('by chance come differently with another seed, and lose nothing', async () => {
      const runs = [];
      for (const seed of [1, 2, 3]) {
        const { lab, client, connection } = await pair(new Lab({ seed }));
        lab.network.towards('a', 'b', { split: 'random' });
        client.ttsc__send(LETTERS.repeat(5));
        await lab.pass(200);
        expect(connection.text).to.equal(LETTERS.repeat(5));
        runs.push(pieces(connection).join('|'));
      }
      expect(new Set(runs).size).to.equal(3);
    });
  });

  describe('loss', () => {
    it('delays TCP, and loses nothing of it', async () => {
      const { lab, client, connection } = await pair();
      lab.network.between('a', 'b', { loss: 0.3, latency: 5 });
      const sent = Array.from({ length: 200 }, (_, n) => `line ${n}\n`).join('');
      for (const line of sent.split(/(?<=\n)/)) client.ttsc__send(line);
      await lab.pass(0);
      for (let n = 0; n < 50; n++) client.ttsc__send('x'.repeat(1_460));
      await lab.pass(600_000);
      expect(connection.text).to.equal(sent + 'x'.repeat(1_460 * 50));
      expect(lab.events.some(({ kind, what }) => kind === 'fault' && what.startsWith('loss'))).to.equal(true);
    });

    it('of all packets fails a connection with ETIMEDOUT after a quarter of an hour', async () => {
      const { lab, client } = await pair();
      lab.network.between('a', 'b', { loss: 1 });
      client.ttsc__send('lost');
      await lab.pass(900_000);
      expect(client.names).to.deep.equal(['onConnected']);
      await lab.pass(200_000);
      expectCode(client.all('onError')[0], 'TT_TIMED_OUT');
    });

    it('is given up earlier where the network is told so', async () => {
      const { lab, client } = await pair(new Lab({ giveUp: 5_000 }));
      lab.network.between('a', 'b', { loss: 1 });
      client.ttsc__send('lost');
      await lab.pass(15_000);
      expectCode(client.all('onError')[0], 'TT_TIMED_OUT');
    });
  });

  describe('partitions', () => {
    it('hold bytes back, which come when they heal', async () => {
      const { lab, client, connection } = await pair();
      const partition = lab.network.partition('a', ['b']);
      client.ttsc__send('late');
      await lab.pass(60_000);
      expect(connection.text).to.equal('');
      partition.heal();
      await lab.pass(120_000);
      expect(connection.text).to.equal('late');
      expect(client.names).to.deep.equal(['onConnected']);
    });

    it('of one direction let the other pass', async () => {
      const { lab, client, connection } = await pair();
      lab.network.partition('a', 'b', { oneWay: true });
      client.ttsc__send('there');
      connection.ttsc__send('back');
      await lab.pass(1_000);
      expect(connection.text).to.equal('');
      expect(client.text).to.equal('back');
      lab.network.heal();
      await lab.pass(10_000);
      expect(connection.text).to.equal('there');
    });

    it('lose what is under way', async () => {
      const { lab, client, connection } = await pair();
      lab.network.between('a', 'b', { latency: 50 });
      client.ttsc__send('under way');
      await lab.pass(10);
      const partition = lab.network.partition('a', 'b');
      await lab.pass(100);
      partition.heal();
      await lab.pass(100);
      expect(connection.text).to.equal('');
      await lab.pass(1_000);
      expect(connection.text).to.equal('under way');
    });

    it('lose what is under way although they heal before it would have come', async () => {
      const { lab, client, connection } = await pair();
      lab.network.between('a', 'b', { latency: 50 });
      client.ttsc__send('under way');
      await lab.pass(10);
      const partition = lab.network.partition('a', 'b');
      client.ttsc__send(', and sent meanwhile');
      await lab.pass(10);
      partition.heal();
      await lab.pass(100);
      expect(connection.text).to.equal('');
      await lab.pass(1_000);
      expect(connection.text).to.equal('under way, and sent meanwhile');
    });

    it('leave hosts on the same side together', async () => {
      const lab = new Lab();
      lab.network.host('c');
      const { client } = await pair(lab);
      lab.network.partition(['a', 'b'], 'c');
      client.ttsc__send('x');
      await lab.pass(10);
      expect(lab.count('drop')).to.equal(0);
    });

    it('have a client connect again, after its waits, when they have healed', async () => {
      const { lab, client } = await pair(new Lab({ giveUp: 1_000 }), {
        reconnect: true,
        retries: Infinity,
        giveUpAfter: Infinity,
        connectTimeout: 2_000,
      });
      lab.network.partition('a', 'b');
      client.ttsc__send('lost');
      await lab.pass(30_000);
      expect(client.phase).not.to.equal('open');
      lab.network.heal();
      await lab.pass(60_000);
      expect(client.phase).to.equal('open');
      expect(client.names.filter((name) => name === 'onConnected').length).to.equal(2);
    });
  });

  describe('a host that crashes', () => {
    it('leaves its peers half-open: they hear nothing until they send, and are reset by the one that has started again', async () => {
      const { lab, client } = await pair();
      const b = lab.network.host('b');
      b.crash();
      await lab.pass(3_600_000);
      expect(client.names).to.deep.equal(['onConnected']);
      b.restart();
      client.ttsc__send('anybody?');
      await lab.pass(100);
      expect(client.all('onDisconnected')[0].reason).to.equal('peerReset');
    });

    it('has its peers time out when they send', async () => {
      const { lab, client } = await pair(new Lab({ giveUp: 10_000 }));
      lab.network.host('b').crash();
      client.ttsc__send('anybody?');
      await lab.pass(30_000);
      expectCode(client.all('onError')[0], 'TT_TIMED_OUT');
    });

    it('has its ports free when it has started again', async () => {
      const { lab } = await pair();
      const b = lab.network.host('b');
      b.crash();
      b.restart();
      expect((await lab.server('b')).server.phase).to.equal('listening');
      const { client } = await lab.client('a', 'b');
      await lab.pass(10);
      expect(client.names).to.deep.equal(['onConnected']);
    });

    it('opens nothing while it is down', async () => {
      const { lab } = await pair();
      lab.network.host('a').crash();
      const { client } = await lab.client('a', '10.0.0.1');
      await lab.pass(10);
      expect(client.all('onError')[0].cause).to.include({ code: 'ENETUNREACH' });
    });
  });

  describe('a connection that is stalled', () => {
    it('brings nothing until it resumes, and then everything in order', async () => {
      const { lab, client, connection } = await pair();
      const [stalled] = lab.network.connections;
      stalled!.stall('server');
      for (const letter of LETTERS) client.ttsc__send(letter);
      await lab.pass(100);
      expect(connection.text).to.equal('');
      stalled!.resume();
      await lab.pass(0);
      expect(connection.text).to.equal(LETTERS);
    });
  });

  describe('resets by chance', () => {
    it('end connections on both sides', async () => {
      const { lab, client, connection } = await pair();
      lab.network.towards('a', 'b', { reset: 1 });
      client.ttsc__send('x');
      await lab.pass(10);
      expect(client.all('onDisconnected')[0].reason).to.equal('peerReset');
      expect(connection.heard.all('onDisconnected')[0]![0].reason).to.equal('peerReset');
    });
  });

  describe('with a seed', () => {
    it('the same run can be repeated, event by event', async () => {
      const [one, other] = [await badRun(5), await badRun(5)];
      expect(one.trace.length).to.be.greaterThan(60);
      expect(one.trace).to.deep.equal(other.trace);
    });

    it('another one brings another run, and the same bytes', async () => {
      const [one, other] = [await badRun(5), await badRun(6)];
      expect(one.trace).not.to.deep.equal(other.trace);
      expect(one.text).to.equal(other.text);
    });

    it('each fault has a name of its own, and what happens is what was injected', async () => {
      const faults: NetworkFault[] = [];
      await badRun(5, (fault) => faults.push(fault) > 0);
      const losses = faults.filter(({ kind }) => kind === 'loss');
      expect(losses.length).to.be.greaterThan(3);
      expect(faults.every(({ at, what, index }) => at > 0 && what !== '' && Number.isInteger(index))).to.equal(true);
    });

    it('a fault that is suppressed shifts no other one', async () => {
      const faults = async (suppressed?: NetworkFault): Promise<string[]> => {
        const seen: NetworkFault[] = [];
        const lab = new Lab({
          seed: 9,
          inject: (fault) => {
            if (fault.kind === suppressed?.kind && fault.what === suppressed.what && fault.index === suppressed.index)
              return false;
            seen.push(fault);
            return true;
          },
        });
        const [{ socket }, _] = [await lab.udp('a'), await lab.udp('b', { port: 9 })];
        lab.network.between('a', 'b', { loss: 0.2 });
        for (let n = 0; n < 100; n++) socket.ttsc__send(String(n), { address: '10.0.0.2', port: 9 });
        await lab.pass(100);
        last = seen;
        return seen.map(({ kind, index }) => `${kind} ${index}`);
      };
      let last: NetworkFault[] = [];
      const all = await faults();
      const third = last[2]!;
      expect(await faults(third)).to.deep.equal(all.filter((_, at) => at !== 2));
    });

    it('strikes each connection anew, although a client always calls from the same port', async () => {
      const lab = new Lab({ seed: 3 });
      await lab.server('b');
      lab.network.host('a');
      lab.network.between('a', 'b', { reset: 0.5 });
      const app = await lab.app('a', () => {
        class Insisting extends Recording {
          override ttse__onConnected(): void {
            super.ttse__onConnected();
            this.send('x');
          }
        }
        new Insisting({ host: '10.0.0.1', port: 80, localPort: 5_000, reconnect: true, giveUpAfter: Infinity });
      });
      await lab.pass(600_000);
      const resets = lab.events.filter(({ kind, what }) => kind === 'fault' && what.startsWith('reset'));
      // With dice that have no memory it would be reset for ever, or never.
      expect(resets.length).to.be.within(1, 30);
      expect(new Set(resets.map(({ what, count }) => `${what} ${count}`)).size).to.equal(resets.length);
      await app.over();
    });

    it('of a test does not have the name of one that comes by chance', async () => {
      const faults: NetworkFault[] = [];
      const { lab } = await pair(new Lab({ inject: (fault) => faults.push(fault) > 0 }));
      lab.network.reset(lab.network.connections[0]!);
      expect(faults.map(({ what }) => what)).to.deep.equal(['tcp 10.0.0.2:32768>10.0.0.1:80 by the test']);
    });

    it('with all faults suppressed nothing goes wrong', async () => {
      const { trace } = await badRun(5, () => false);
      expect(trace.filter((line) => / fault | drop /.test(line))).to.deep.equal([]);
    });
  });

  describe('conditions', () => {
    it('that are invalid are refused', () => {
      const { network } = new Lab();
      network.host('a');
      network.host('b');
      expect(expectThrow(() => network.between('a', 'b', { loss: 2 }), 'TT_BAD_OPTION').message).to.include('loss');
      expectThrow(() => network.between('a', 'b', { latency: -1 }), 'TT_BAD_OPTION');
      expectThrow(() => network.conditions({ bandwidth: 0 }), 'TT_BAD_OPTION');
      expectThrow(() => network.between('a', 'b', { split: 0 }), 'TT_BAD_OPTION');
      expectThrow(() => network.between('a', 'b', { lag: 1 } as object), 'TT_BAD_OPTION');
      expectThrow(() => network.between('a', 'nobody', {}), 'TT_BAD_OPTION');
    });

    it('of hosts are refused if the address is invalid or already used', () => {
      const { network } = new Lab();
      network.host('a', { address: '10.0.0.7' });
      expectThrow(() => network.host('b', { address: '10.0.0.7' }), 'TT_BAD_OPTION');
      expectThrow(() => network.host('c', { address: 'c' }), 'TT_BAD_OPTION');
      expectThrow(() => network.host('a', { address: '10.0.0.8' }), 'TT_BAD_OPTION');
      expect(network.host('a')).to.equal(network.host('a'));
    });

    it('of the network are refused where they are not right', () => {
      expectThrow(
        () => new SimulatedNetwork({ clock: new VirtualClock(), random: new SeededRandom(1), sendBuffer: 0 }),
        'TT_BAD_OPTION',
      );
    });

    it('may change while a connection is open', async () => {
      const { lab, client, connection } = await pair();
      lab.network.conditions({ latency: 1_000 });
      client.ttsc__send('slow');
      await lab.pass(999);
      expect(connection.text).to.equal('');
      await lab.pass(1);
      expect(connection.text).to.equal('slow');
    });
  });
});
