import { expect } from 'chai';
import { UnsentChanges, type UnsentLimits } from '../../doors/store.js';

describe('what waits for a broker', () => {
  const outbox = (limits: Partial<UnsentLimits> = {}): UnsentChanges =>
    new UnsentChanges({ messages: 3, bytes: 10_000, keep: 'latest', drop: 'oldest', ...limits });
  const put = (box: UnsentChanges, topic: string, payload: string): number =>
    box.put({ topic, payload: Buffer.from(payload), qos: 1, retain: false });
  const all = (box: UnsentChanges): string[] => {
    const found: string[] = [];
    for (let next = box.take(); next !== undefined; next = box.take()) found.push(`${next.topic}=${next.payload}`);
    return found;
  };

  it('leaves in the order in which it came', () => {
    const box = outbox();
    for (const topic of ['b', 'a', 'c']) put(box, topic, '1');
    expect(all(box)).to.deep.equal(['b=1', 'a=1', 'c=1']);
    expect([box.size, box.bytes]).to.deep.equal([0, 0]);
  });

  it('is the newest value of a topic, in the place of the one before', () => {
    const box = outbox();
    for (const [topic, payload] of [['a', '1'], ['b', '1'], ['a', '2222']] as const) put(box, topic, payload); // prettier-ignore
    expect(box.size).to.equal(2);
    expect(all(box)).to.deep.equal(['a=2222', 'b=1']);
    expect(box.bytes).to.equal(0);
  });

  it('is every value, where that is asked for', () => {
    const box = outbox({ keep: 'every' });
    for (const payload of ['1', '2']) put(box, 'a', payload);
    expect(all(box)).to.deep.equal(['a=1', 'a=2']);
  });

  it('is the newest messages where there is no room, and tells how many that costs', () => {
    const box = outbox();
    expect(['a', 'b', 'c', 'd', 'e'].map((topic) => put(box, topic, '1'))).to.deep.equal([0, 0, 0, 1, 1]);
    expect(all(box)).to.deep.equal(['c=1', 'd=1', 'e=1']);
  });

  it('is the oldest messages, where that is asked for; a newer value of one of them still takes its place', () => {
    const box = outbox({ drop: 'newest' });
    expect(['a', 'b', 'c', 'd', 'a'].map((topic) => put(box, topic, topic))).to.deep.equal([0, 0, 0, 1, 0]);
    expect(all(box)).to.deep.equal(['a=a', 'b=b', 'c=c']);
  });

  for (const drop of ['oldest', 'newest'] as const)
    it(`has no more bytes than it may, and gives up the ${drop}`, () => {
      const box = outbox({ bytes: 1_000, messages: 1_000, drop });
      let dropped = 0;
      for (let n = 0; n < 100; n++) {
        dropped += put(box, `topic ${n % 20}`, 'x'.repeat(n * 5));
        expect(box.bytes).to.be.at.most(1_000);
      }
      expect(put(box, 'a', 'x'.repeat(1_001))).to.equal(1);
      expect(dropped).to.be.above(0);
      expect(all(box).length).to.be.above(0);
      expect(box.bytes).to.equal(0);
    });
});
