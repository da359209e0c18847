import { expect } from 'chai';
import { Topics, fitsTopic, isTopic, isTopicFilter } from '../../src/collections/index.js';
import { SeededRandom } from '../../src/testing/index.js';
import { codeOf } from '../support/errors.js';

const told = <Terms>(topics: Topics<string, Terms>, topic: string): [string, Terms][] =>
  topics.subscribersOf(topic).map(({ subscriber, terms }) => [subscriber, terms]);
const names = (topics: Topics<string>, topic: string): string[] =>
  topics
    .subscribersOf(topic)
    .map(({ subscriber }) => subscriber)
    .sort();

describe('Topics', () => {
  it('knows who has subscribed to a topic, also by wildcards', () => {
    const topics = new Topics<string>();
    topics.subscribe('one', 'rooms/+/light');
    topics.subscribe('all', 'rooms/#');
    topics.subscribe('this', 'rooms/hall/light');
    topics.subscribe('other', 'rooms/hall');
    topics.subscribe('every', '#');
    expect(names(topics, 'rooms/hall/light')).to.deep.equal(['all', 'every', 'one', 'this']);
    expect(names(topics, 'rooms')).to.deep.equal(['all', 'every']);
    expect(names(topics, 'rooms/')).to.deep.equal(['all', 'every']);
    expect(names(topics, '$SYS/up')).to.deep.equal([]);
    expect([topics.size, topics.filtersOf('all').size, topics.filtersOf('x').size]).to.deep.equal([5, 1, 0]);
  });

  it('finds for random filters and topics those that fit one by one', () => {
    const random = new SeededRandom(7);
    const level = (): string => ['', 'a', 'b', '*', 'a*', '$a'][random.below(6)]!;
    const path = (): string => Array.from({ length: 1 + random.below(4) }, level).join('/') || 'a';
    const wild = (): string => path().replaceAll('b', '+') + (random.below(3) === 0 ? '/#' : '');
    for (let round = 0; round < 20; round++) {
      const topics = new Topics<string>();
      const filters = Array.from({ length: 20 }, wild);
      for (const filter of filters) topics.subscribe(filter, filter);
      for (const gone of filters.slice(0, 5)) topics.leave(gone);
      const left = [...new Set(filters)].filter((filter) => !filters.slice(0, 5).includes(filter));
      expect(topics.size).to.equal(left.length);
      for (let nr = 0; nr < 20; nr++) {
        const topic = path();
        expect(names(topics, topic), topic).to.deep.equal(left.filter((filter) => fitsTopic(filter, topic)).sort());
      }
    }
  });

  it('tells of each subscriber once, with the terms that its filters come to', () => {
    const topics = new Topics<string, number>({ join: Math.max });
    topics.subscribe('ann', 'a/#', 0);
    topics.subscribe('ann', '+/b', 2);
    topics.subscribe('ann', 'a/b', 1);
    expect(told(topics, 'a/b')).to.deep.equal([['ann', 2]]);
    topics.subscribe('ann', '+/b', 0);
    expect(told(topics, 'a/b')).to.deep.equal([['ann', 1]]);
    expect([topics.unsubscribe('ann', 'a/b'), topics.unsubscribe('ann', 'a/b')]).to.deep.equal([true, false]);
    expect(told(topics, 'a/b')).to.deep.equal([['ann', 0]]);
  });

  it('gives a list that stays as it is while others come and go', () => {
    const topics = new Topics<string>();
    topics.subscribe('ann', 'news');
    const before = topics.subscribersOf('news');
    topics.subscribe('bob', 'news');
    topics.leave('ann');
    expect(before.map(({ subscriber }) => subscriber)).to.deep.equal(['ann']);
    expect(names(topics, 'news')).to.deep.equal(['bob']);
  });

  it('bounds the filters of a subscriber, and the topics that it remembers', () => {
    const topics = new Topics<string>({ filters: 2, remembered: 1 });
    expect(['a', 'b', 'c', 'b'].map((filter) => topics.subscribe('ann', filter))).to.deep.equal([
      true,
      true,
      false,
      true,
    ]);
    expect(topics.subscribe('bob', 'c')).to.equal(true);
    const first = topics.subscribersOf('a');
    expect(topics.subscribersOf('a')).to.equal(first);
    topics.subscribersOf('b');
    expect(topics.subscribersOf('a')).not.to.equal(first);
  });

  it('refuses an invalid filter or topic, and changes nothing', () => {
    const topics = new Topics<string>();
    for (const filter of ['', 'a#', '#/a', 'a/b+', 'a\0']) {
      expect(isTopicFilter(filter)).to.equal(false);
      expect(
        codeOf(() => topics.subscribe('ann', filter)),
        filter,
      ).to.equal('TT_BAD_TOPIC');
    }
    for (const topic of ['', 'a/+', '#', 'a\0']) {
      expect(isTopic(topic)).to.equal(false);
      expect(
        codeOf(() => topics.subscribersOf(topic)),
        topic,
      ).to.equal('TT_BAD_TOPIC');
    }
    expect(topics.size).to.equal(0);
    expect(codeOf(() => new Topics({ filters: 0 }))).to.equal('TT_BAD_OPTION');
  });
});
