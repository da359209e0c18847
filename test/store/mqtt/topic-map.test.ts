import { expect } from 'chai';
import { TopicMap } from '../../doors/store.js';
import { codeOf } from '../../support/errors.js';

const map = (topic: string, path: string): TopicMap => new TopicMap(topic, path, 'MqttBridge', 'subscribe');

describe('a pair of a topic and a path', () => {
  const pathOf = (one: TopicMap, topic: string): string | undefined => one.pathOf(topic.split('/'));
  const topicOf = (one: TopicMap, path: string): string | undefined => one.topicOf(path.split('/'));

  it('has the same names where both have wildcards, either way', () => {
    const one = map('home/+/temperature', 'devices/*/value');
    expect(pathOf(one, 'home/t1/temperature')).to.equal('devices/t1/value');
    expect(topicOf(one, 'devices/t1/value')).to.equal('home/t1/temperature');
    for (const other of ['home/t1', 'home/t1/humidity', 'home/t1/temperature/x', 'house/t1/temperature'])
      expect(pathOf(one, other), other).to.equal(undefined);
    expect(topicOf(one, 'devices/t1/on')).to.equal(undefined);
  });

  it('keeps several wildcards in their order', () => {
    const one = map('+/+/#', 'rooms/*/of/*/**');
    expect(pathOf(one, 'a/b/c/d')).to.equal('rooms/a/of/b/c/d');
    expect(topicOf(one, 'rooms/a/of/b/c/d')).to.equal('a/b/c/d');
  });

  it('has # stand for no level as well, as MQTT does, and ** for one at least, as a Store does', () => {
    const one = map('home/#', 'devices/**');
    expect(pathOf(one, 'home')).to.equal('devices');
    expect(topicOf(one, 'devices')).to.equal(undefined);
  });

  it('knows the topics of a shared subscription', () => {
    expect(pathOf(map('$share/workers/jobs/+', 'jobs/*'), 'jobs/7')).to.equal('jobs/7');
  });

  it('makes no path of an empty level, and no topic of an element of a list', () => {
    const one = map('home/+/temperature', 'devices/*/value');
    expect(pathOf(one, 'home//temperature')).to.equal('');
    expect(topicOf(one, 'devices/#0/value')).to.equal('');
    expect(topicOf(one, 'devices/a+b/value')).to.equal('');
    expect(pathOf(map('home/#', 'devices/**'), 'home/a/')).to.equal('');
  });

  for (const [topic, path] of [
    ['home/+', 'devices'],
    ['home', 'devices/*'],
    ['home/#', 'devices/*'],
    ['home/+', 'devices/**'],
    ['home/#/x', 'devices/**'],
    ['home/+x', 'devices/*'],
    ['home/+', 'devices/sens*'],
    ['home/+', 'devices/**/*'],
    ['home', 'devices//x'],
    ['home', 'devices/#'],
    ['home', 'devices/.'],
    ['home', 'a\nb'],
    ['a\0b', 'devices'],
    ['home', '/devices'],
  ] as const)
    // prettier-ignore
    it(`is refused where it is ${JSON.stringify(topic)} and ${JSON.stringify(path)}`, () => {
      expect(codeOf(() => map(topic, path))).to.equal('TT_BAD_OPTION');
    });
});
