import { expect } from 'chai';
import { MessageHub, type MessageHubOptions } from '../../src/collections/index.js';
import { codeOf } from '../support/errors.js';

describe('MessageHub', () => {
  interface Link {
    readonly name: string;
    readonly unsentBytes: number;
  }
  type Options = MessageHubOptions<Link, string, string>;
  let told: string[];
  let encoded: number;

  const link = (name: string): Link => ({ name, unsentBytes: 0 });
  const options: Options = {
    encode: (text, qos, isRetained) => {
      encoded++;
      return `${text}/${qos}${isRetained ? ' retained' : ''}`;
    },
    sizeOf: (text) => text.length,
    send: ({ name }, text, number) => void told.push(`${name} ${text} ${number}`),
    onReplaced: ({ name }) => void told.push(`${name} is replaced`),
    onEnded: ({ id }) => void told.push(`${id} ends`),
    onBehind: ({ id }) => void told.push(`${id} is behind`),
    onCaughtUp: ({ id }, missed) => void told.push(`${id} missed ${missed}`),
  };
  const hub = (more: Partial<Options> = {}): MessageHub<Link, string, string> =>
    new MessageHub({ ...options, ...more });
  const join = (to: ReturnType<typeof hub>, id: string, filter: string, qos: 0 | 1) => {
    const session = to.open(link(id), { id, keepFor: Infinity })!;
    to.subscribe(session, filter, qos);
    session.resume();
    return session;
  };

  beforeEach(() => {
    told = [];
    encoded = 0;
  });

  it('brings a message to all that have subscribed, with the lower QoS, and encodes it once for each QoS', () => {
    const all = hub();
    join(all, 'ann', 'a/+', 1);
    join(all, 'bob', 'a/b', 1);
    join(all, 'carl', '#', 0);
    all.publish('a/b', 'x', 1);
    expect(told.sort()).to.deep.equal(['ann x/1 1', 'bob x/1 1', 'carl x/0 0']);
    expect(encoded).to.equal(2);
    all.publish('a/b', 'y', 0);
    expect(told.slice(3).sort()).to.deep.equal(['ann y/0 0', 'bob y/0 0', 'carl y/0 0']);
  });

  it('brings one message once where several filters of a session stand for it, with their best QoS', () => {
    const all = hub();
    const ann = join(all, 'ann', '#', 0);
    all.subscribe(ann, 'a', 1);
    all.publish('a', 'x', 1);
    expect(told).to.deep.equal(['ann x/1 1']);
  });

  it('brings nothing to who has unsubscribed, or whose session has ended', () => {
    const all = hub();
    const ann = join(all, 'ann', 'a', 1);
    const bob = join(all, 'bob', 'a', 1);
    expect([all.unsubscribe(ann, 'a'), all.unsubscribe(ann, 'a')]).to.deep.equal([true, false]);
    all.sessions.end(bob);
    all.publish('a', 'x', 1);
    expect(told).to.deep.equal(['bob is replaced', 'bob ends']);
    expect(all.subscribe(bob, 'a', 1)).to.equal(false);
  });

  it('keeps a message with QoS 1 for a session that is away', () => {
    const all = hub();
    const ann = join(all, 'ann', 'a', 1);
    all.close(ann, ann.connection!);
    all.publish('a', 'x', 0);
    all.publish('a', 'y', 1);
    expect(told).to.deep.equal([]);
    all.open(link('again'), { id: 'ann', keepFor: Infinity })!.resume();
    expect(told).to.deep.equal(['again y/1 1']);
  });

  it('retains the last message of a topic for who subscribes later, until it is forgotten', () => {
    const all = hub();
    all.retain('a/b', 'old', 1);
    all.retain('a/b', 'new', 1);
    all.retain('$SYS', 'inner', 0);
    const ann = join(all, 'ann', '#', 1);
    all.sendRetained(ann, '#', 1);
    all.sendRetained(ann, 'a/b', 0);
    expect(told).to.deep.equal(['ann new/1 retained 1', 'ann new/0 retained 0']);
    expect([all.forget('a/b'), all.forget('a/b')]).to.deep.equal([true, false]);
    all.sendRetained(ann, '#', 1);
    expect(told.length).to.equal(2);
  });

  it('keeps of a retained message what leaves, for each QoS, and nothing of the message', () => {
    const parts = { text: 'before' };
    const all = new MessageHub<Link, { text: string }, string>({
      ...options,
      encode: ({ text }, qos, isRetained) => options.encode(text, qos, isRetained),
      retained: { bytes: 40 },
    });
    expect([all.retain('a', parts, 1), encoded]).to.deep.equal([true, 2]);
    expect(all.retain('b', parts, 1), 'as many bytes again').to.equal(false);
    encoded = 0;
    parts.text = 'after';
    const session = all.open(link('ann'))!;
    session.resume();
    for (const qos of [0, 1] as const) all.sendRetained(session, 'a', qos);
    expect([told, encoded]).to.deep.equal([['ann before/0 retained 0', 'ann before/1 retained 1'], 0]);
  });

  it('retains no more than it may, in messages and bytes', () => {
    const few = hub({ retained: { messages: 1 } });
    expect([few.retain('a', 'x', 0), few.retain('b', 'x', 0), few.retain('a', 'y', 0)]).to.deep.equal([true, false, true]); // prettier-ignore
    const small = hub({ retained: { bytes: 100 } });
    expect([small.retain('a', 'x'.repeat(80), 0), small.retain('b', 'x'.repeat(20), 0)]).to.deep.equal([true, false]);
  });

  it('has bounds for sessions, filters and what waits, and tells who misses messages', () => {
    const all = hub({ sessions: 1, filters: 1, waiting: { messages: 2 } });
    const ann = join(all, 'ann', 'a', 1);
    expect([all.open(link('bob')), all.subscribe(ann, 'b', 1)]).to.deep.equal([undefined, false]);
    for (const text of ['1', '2', '3']) all.publish('a', text, 1);
    ann.acknowledge(1);
    ann.acknowledge(2);
    all.publish('a', '4', 1);
    expect(told).to.deep.equal(['ann 1/1 1', 'ann 2/1 2', 'ann is behind', 'ann missed 1', 'ann 4/1 3']);
  });

  it('takes no odd options, and no topics that are none', () => {
    for (const odd of [{ encode: undefined }, { waiting: { messages: 0 } }, { retained: { items: 5 } }, { send: 1 }])
      expect(
        codeOf(() => hub(odd as never)),
        JSON.stringify(odd),
      ).to.equal('TT_BAD_OPTION');
    const all = hub();
    for (const call of [() => all.publish('a/+', '', 0), () => all.retain('#', '', 0)])
      expect(codeOf(call)).to.equal('TT_BAD_TOPIC');
    expect(codeOf(() => join(all, 'ann', 'a#', 0))).to.equal('TT_BAD_TOPIC');
  });
});
