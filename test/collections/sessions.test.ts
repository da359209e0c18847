import { expect } from 'chai';
import { Session, Sessions } from '../../src/collections/index.js';
import { codeOf } from '../support/errors.js';

describe('Sessions', () => {
  interface Link {
    readonly name: string;
    unsentBytes: number;
  }
  const link = (name: string): Link => ({ name, unsentBytes: 0 });
  let told: string[];
  let now: number;

  class Named extends Session<Link, string> {
    protected override send({ name }: Link, message: string, number: number, tries: number): void {
      told.push(`${name} gets ${message} ${number} ${tries}`);
    }
    protected override onReplaced({ name }: Link): void {
      told.push(`${name} is replaced`);
    }
    protected override onEnded(): void {
      told.push(`${this.id} ends`);
    }
    protected override onBehind(): void {
      told.push(`${this.id} is behind`);
    }
    protected override onCaughtUp(missed: number): void {
      told.push(`${this.id} missed ${missed}`);
    }
  }

  const open = (all: Sessions<Named>, to: Link, id?: string, keepFor?: number, fresh?: boolean): Named =>
    all.open(to, { id, keepFor, fresh })!;
  const all = (items = 10): Sessions<Named> =>
    new Sessions({ items, create: () => new Named({ messages: 3 }), clock: { now: () => now } });

  beforeEach(() => {
    told = [];
    now = 1_000;
  });

  it('keep what is delivered until it is acknowledged, and send it again by the next connection', () => {
    const sessions = all();
    const first = link('first');
    const ann = open(sessions, first, 'ann', Infinity);
    ann.resume();
    expect([ann.deliver('a', 1), ann.deliver('b', 1), ann.acknowledge(1)]).to.deep.equal([true, true, 'a']);
    sessions.close(ann, first);
    ann.deliver('c', 1);
    expect(open(sessions, link('second'), 'ann', Infinity)).to.equal(ann);
    expect([ann.connections, ann.connection?.name, ann.waiting]).to.deep.equal([2, 'second', 2]);
    ann.resume();
    ann.resume();
    expect(told).to.deep.equal(['first gets a 1 0', 'first gets b 2 0', 'second gets b 2 1', 'second gets c 3 0']);
  });

  it('send nothing before they are resumed, and what comes at most once only by a connection that is ready', () => {
    const sessions = all();
    const to = link('link');
    const ann = open(sessions, to, 'ann', Infinity);
    expect([ann.deliver('kept', 1), ann.deliverOnce('lost', 1), told]).to.deep.equal([true, false, []]);
    ann.resume();
    expect(ann.deliverOnce('once', 1)).to.equal(true);
    sessions.close(ann, to);
    expect(ann.deliverOnce('lost', 1)).to.equal(false);
    expect(told).to.deep.equal(['link gets kept 1 0', 'link gets once 0 0']);
  });

  it('are taken over by a connection with the same id; the end of the older one changes nothing then', () => {
    const sessions = all();
    const [old, young] = [link('old'), link('young')];
    const ann = open(sessions, old, 'ann', Infinity);
    open(sessions, young, 'ann', Infinity);
    sessions.close(ann, old);
    expect([ann.connection, ann.hasEnded, told]).to.deep.equal([young, false, ['old is replaced']]);
  });

  it('end with their connection where they are not kept, and where a fresh one begins', () => {
    const sessions = all();
    const to = link('link');
    const brief = open(sessions, to, 'brief');
    const unnamed = open(sessions, to, undefined, Infinity);
    sessions.close(brief, to);
    sessions.close(unnamed, to);
    const kept = open(sessions, link('old'), 'kept', Infinity);
    kept.deliver('a', 1);
    const fresh = open(sessions, link('new'), 'kept', 0, true);
    expect([kept.hasEnded, kept.waiting, kept.deliver('b', 1), fresh.connections]).to.deep.equal([true, 0, false, 1]);
    expect(told).to.deep.equal(['brief ends', 'undefined ends', 'old is replaced', 'kept ends']);
    expect([...sessions]).to.deep.equal([fresh]);
  });

  it('do not go on where the older one was not to be kept', () => {
    const sessions = all();
    const first = open(sessions, link('old'), 'ann');
    expect(open(sessions, link('new'), 'ann', Infinity)).not.to.equal(first);
    expect(told).to.deep.equal(['old is replaced', 'ann ends']);
  });

  it('expire so long after their connection has gone, and not before', () => {
    const sessions = all();
    const to = link('link');
    const ann = open(sessions, to, 'ann', 500);
    now += 10_000;
    expect(sessions.sweep()).to.equal(0);
    sessions.close(ann, to);
    now += 499;
    expect([sessions.get('ann'), sessions.sweep()]).to.deep.equal([ann, 0]);
    open(sessions, to, 'ann', 500);
    now += 1_000;
    expect(sessions.get('ann')).to.equal(ann);
    sessions.close(ann, to);
    now += 500;
    expect([sessions.sweep(), sessions.size, told]).to.deep.equal([1, 0, ['ann ends']]);
  });

  it('are no more than they may be; one that has expired makes room', () => {
    const sessions = all(2);
    const to = link('link');
    const ann = open(sessions, to, 'ann', 500);
    const bob = open(sessions, link('bob'), 'bob', Infinity);
    expect(sessions.open(link('x'), { id: 'carl' })).to.equal(undefined);
    expect(open(sessions, link('x'), 'bob', Infinity, true)).not.to.equal(bob);
    sessions.close(ann, to);
    now += 500;
    expect(open(sessions, link('x'), 'carl').id).to.equal('carl');
    expect(sessions.size).to.equal(2);
  });

  it('may be ended, once', () => {
    const sessions = all();
    const ann = open(sessions, link('link'), 'ann', Infinity);
    sessions.end(ann);
    sessions.end(ann);
    expect([sessions.get('ann'), told]).to.deep.equal([undefined, ['link is replaced', 'ann ends']]);
  });

  it('miss messages where too much waits, and are told so', () => {
    const ann = open(all(), link('link'), 'ann', Infinity);
    expect(['a', 'b', 'c', 'd'].map((text) => ann.deliver(text, 1))).to.deep.equal([true, true, true, false]);
    for (const number of [1, 2, 3]) ann.acknowledge(number);
    expect([ann.deliver('e', 1), told]).to.deep.equal([true, ['ann is behind', 'ann missed 1']]);
  });

  it('take no odd options and terms', () => {
    for (const odd of [{}, { items: 0, create: () => 0 }, { items: 1 }, { items: 1, create: 5 }])
      expect(
        codeOf(() => new Sessions(odd as never)),
        JSON.stringify(odd),
      ).to.equal('TT_BAD_OPTION');
    for (const keepFor of [-1, NaN])
      expect(codeOf(() => all().open(link('x'), { id: 'x', keepFor }))).to.equal('TT_BAD_OPTION');
    const timeless = new Sessions({ items: 1, create: () => new Named() });
    expect(codeOf(() => timeless.open(link('x'), { id: 'x', keepFor: 5 }))).to.equal('TT_BAD_OPTION');
    expect(timeless.size).to.equal(0);
  });
});
