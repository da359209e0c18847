import { expect } from 'chai';
import { type FakeSocket, Line, heardBy } from './support/line.js';

describe('What a page may do at a Store', () => {
  const say = (socket: FakeSocket, message: unknown): string[] => {
    const before = socket.said.length;
    socket.toServer.push(typeof message === 'string' ? message : JSON.stringify(message));
    socket.deliverToServer();
    return socket.said.slice(before);
  };
  const codeOf = (texts: readonly string[]): unknown[] =>
    texts.map((text) => (JSON.parse(text) as { code?: string }).code);
  const followed = (socket: FakeSocket, ...paths: string[]): unknown =>
    codeOf(say(socket, { follow: paths, id: 1 }))[0];

  it('may follow what is within what it may read, and nothing else', () => {
    const line = new Line({ read: ['rooms/**', 'list/*/name', 'sens*'] });
    const socket = line.raw();
    for (const path of [
      'rooms/**',
      'rooms/*',
      'rooms/**/x',
      'rooms/a/b',
      '/rooms/a/',
      'list/1/name',
      'sensor*',
      'sens*or',
    ])
      expect(followed(socket, path), path).to.equal(undefined);
    for (const path of ['**', '*', 'rooms', 'room/x', 'list/**', 'list/*/*', 'list/1/name/x', '*sens', 'sen*', ''])
      expect(followed(socket, path), path).to.equal('TT_STORE_FORBIDDEN');
    expect(followed(socket, 'rooms/a', 'secret')).to.equal('TT_STORE_FORBIDDEN');
    expect(socket.closed).to.equal(undefined);
  });

  it('may set nothing that it was not allowed to', async () => {
    const line = new Line({ write: undefined as never });
    line.tree.set('x', 1);
    const socket = line.raw();
    say(socket, {
      set: [
        [0, [['x', 2]]],
        [1, [['x']]],
      ],
    });
    await line.settle();
    expect(codeOf(socket.said)).to.eql(['TT_STORE_FORBIDDEN', 'TT_STORE_FORBIDDEN', undefined]);
    expect(line.tree.get('x')).to.equal(1);
  });

  it('may set only what is there, unless it may create', async () => {
    const line = new Line({ creates: false });
    line.tree.set({ 'rooms/hall/lamp': undefined, 'rooms/hall': 1 });
    const socket = line.raw();
    say(socket, { set: [[0, [['rooms/hall/lamp', 1], ['rooms/hall', 2]]], [1, [['rooms/hall', 3], ['rooms/attic', 1]]]] }); // prettier-ignore
    await line.settle();
    expect(codeOf(socket.said)).to.eql(['TT_STORE_FORBIDDEN', undefined]);
    expect(line.tree.dump()).to.eql([['rooms/hall', 2], ['rooms/hall/lamp', 1]]); // prettier-ignore
  });

  it('makes no elements, reaches no wildcards, and sets no more than one place by one path', async () => {
    const line = new Line();
    const socket = line.raw();
    const paths = ['#', 'list/#', 'list/.', 'a/*', '**', 'a//b', 'a/\0', 'x'.repeat(2_000), 'a/'.repeat(100) + 'b'];
    say(socket, { set: paths.map((path, id) => [id, [[path, 1]]]) });
    await line.settle();
    expect(codeOf(socket.said.slice(0, -1)))
      .to.have.length(paths.length)
      .and.not.include(undefined);
    expect(line.tree.dump()).to.eql([]);
    expect(socket.closed).to.equal(undefined);
  });

  it('is closed with 1007 for invalid JSON, and with 1008 for an invalid message', () => {
    const bad = ['{', '', 'null', '5', '[]', '{}', '{"follow":5}', '{"follow":[5],"id":1}', '{"follow":["a"]}', '{"set":{}}', '{"set":[5]}',
      '{"set":[[1]]}', '{"set":[["a",[]]]}', '{"set":[[1,[["a",1,2]]]]}', '{"set":[[1,[[5]]]]}', '{"ping":"x"}', '['.repeat(100_000),
      '{"__proto__":{"follow":["a"],"id":1}}']; // prettier-ignore
    for (const text of bad) {
      const line = new Line();
      const socket = line.raw();
      say(socket, text);
      expect(socket.closed?.code, text.slice(0, 40)).to.be.oneOf(
        [1007, 1008].slice(...(text === '{' || text === '' || text.startsWith('[[') ? [0, 1] : [1])),
      );
      expect(socket.closed!.reason).to.not.equal('');
    }
  });

  it('is closed when it sends bytes, or batches whose numbers do not count up', () => {
    const line = new Line();
    const [one, other] = [line.raw(), line.raw()];
    one.session!.heard(new Uint8Array(3));
    say(other, {
      set: [
        [1, [['a', 1]]],
        [1, [['a', 2]]],
      ],
    });
    expect([one.closed?.code, other.closed?.code]).to.eql([1008, 1008]);
  });

  it('is closed when it says more than its rate, and to follow others counts as ten', () => {
    const line = new Line({ messageRate: 100 });
    const [one, other] = [line.raw(), line.raw()];
    for (let n = 0; n < 100; n++) say(one, { ping: n });
    for (let n = 0; n < 10; n++) say(other, { follow: ['**'], id: n });
    expect([one.closed, other.closed]).to.eql([undefined, undefined]);
    say(one, { ping: 1 });
    say(other, { ping: 1 });
    expect([one.closed?.code, other.closed?.code]).to.eql([1008, 1008]);
  });

  it('follows no more patterns, and sets no more and nothing larger, than the bounds say', async () => {
    const line = new Line({ maxPaths: 2, maxPairs: 2, valueBytes: 10, allBytes: 40 });
    const socket = line.raw();
    expect(followed(socket, 'a', 'b', 'c')).to.equal('TT_STORE_FULL');
    say(socket, {
      set: [
        [0, [['a', 1], ['b', 1], ['c', 1]]],
        [1, [['a', '12345678']]],
        [2, [['a', '123456789']]],
        [3, [['a', { $: 'bigint', v: '9'.repeat(2_000) }]]],
        [4, [['a', { $: 'nothing' }]]],
      ],
    }); // prettier-ignore
    await line.settle();
    expect(codeOf(socket.said.slice(1))).to.eql([
      'TT_STORE_FULL', 'TT_STORE_VALUE', 'TT_STORE_VALUE', 'TT_STORE_VALUE', undefined,
    ]); // prettier-ignore
    expect(line.tree.get('a')).to.equal('12345678');
    line.tree.set({ one: 'x'.repeat(20), two: 'x'.repeat(20) });
    expect(followed(socket, '**')).to.equal('TT_STORE_FULL');
    expect(followed(socket, 'one')).to.equal(undefined);
    line.tree.set('one', 'y');
    line.look();
    expect(socket.said.at(-1)).to.equal('{"changes":[["one","y"]]}');
  });

  it('cannot hurt the prototypes of objects', async () => {
    const line = new Line();
    const socket = line.raw();
    const page = line.page();
    await line.settle();
    say(socket, '{"set":[[0,[["__proto__",{"__proto__":{"hurt":1}}],["constructor/prototype/hurt",1]]]]}');
    await line.settle();
    expect(line.tree.at('__proto__').v).to.have.own.property('__proto__');
    expect(page.get('__proto__')).to.have.own.property('__proto__');
    expect([page.get('constructor/prototype/hurt'), page.keys('constructor')]).to.eql([1, ['prototype']]);
    expect(({} as { hurt?: number }).hurt).to.equal(undefined);
  });

  it('hurts nobody else by what it does wrong', async () => {
    const line = new Line();
    const page = line.page();
    await line.settle();
    for (let n = 0; n < 50; n++) {
      say(line.raw(), '{');
      const other = line.raw();
      for (let id = 0; id < 5; id++) say(other, { follow: ['**/*a*/**', `x${n}/**`, '*b*'], id });
      say(other, { set: [[0, [['x', n]]]] });
      other.close(1006);
    }
    await line.settle();
    expect(page.get('x')).to.equal(49);
    page.set('y', 1);
    await line.settle();
    expect(line.tree.get('y')).to.equal(1);
  });

  it('leaves nothing behind when it goes: the Store has no subscription of it', async () => {
    const line = new Line();
    const pages = [line.page(['a/**']), line.page(['**'])];
    await line.settle();
    for (const page of pages) page.close();
    await line.settle();
    line.tree.set('a/b', 1);
    expect(line.tasks).to.eql([]);
    const again = line.page();
    await line.settle();
    expect(again.get('a/b')).to.equal(1);
  });

  describe('that reads slowly', () => {
    it('gets the newest value of each path when there is room, in one message', async () => {
      const line = new Line();
      const page = line.page();
      await line.settle();
      const heard = heardBy(page);
      line.socket.room = 1;
      const before = line.socket.said.length;
      for (let n = 1; n <= 100; n++) {
        line.tree.set({ a: n, b: -n });
        line.look();
      }
      expect(line.socket.said).to.have.length(before + 1);
      await line.settle();
      expect(heard).to.eql([
        ['a undefined > 1', 'b undefined > -1'],
        ['a 1 > 100', 'b -1 > -100'],
      ]);
    });

    it('gets all anew when it has missed more paths than are kept', async () => {
      const line = new Line({ behindPaths: 10 });
      const page = line.page();
      await line.settle();
      line.socket.room = 1;
      for (let n = 0; n < 30; n++) {
        line.tree.set(`n/${n}`, n);
        line.look();
      }
      await line.settle();
      expect(line.socket.said.filter((text) => text.startsWith('{"all"'))).to.have.length(2);
      expect(page.entries('**')).to.eql(line.tree.dump());
    });

    it('is told that its own was carried out behind what that has changed', async () => {
      const line = new Line();
      const page = line.page();
      await line.settle();
      const { socket } = line;
      socket.room = 1;
      page.set('a', 1);
      await Promise.resolve();
      line.tree.set('b', 1);
      line.look();
      socket.deliverToServer();
      line.look();
      await line.settle();
      const words = socket.said.slice(1).map((text) => Object.keys(JSON.parse(text) as object)[0]);
      expect(words).to.eql(['changes', 'changes', 'done']);
    });

    it('does not hold up others', async () => {
      const line = new Line();
      const [slow, quick] = [line.page(), line.page()];
      await line.settle();
      line.sockets[0]!.room = 0;
      for (let n = 1; n <= 3; n++) {
        line.tree.set('a', n);
        line.look();
        while (line.sockets[1]!.deliverToPage());
        expect(quick.get('a')).to.equal(n);
      }
      expect(slow.get('a')).to.equal(undefined);
    });
  });

  it('gets the same message as all who follow the same: it is made once', async () => {
    const line = new Line();
    for (let n = 0; n < 1_000; n++) line.page(['rooms/*/lamp', 'rooms/*/watt']);
    line.page(['rooms/**']);
    await line.settle();
    line.tree.set({ 'rooms/hall/lamp': 'on', 'rooms/hall/watt': 7 });
    line.look();
    const last = line.sockets.map(({ shared }) => shared.at(-1)!);
    expect(new Set(last.map(({ text }) => text))).to.have.property('size', 1);
    expect(new Set(last)).to.have.property('size', 2);
    // What is there at the beginning as well.
    expect(new Set(line.sockets.map(({ shared }) => shared[0]!))).to.have.property('size', 2);
  });
});
