import { expect } from 'chai';
import { Line, heardBy } from './support/line.js';

describe('A page whose connection is lost', () => {
  it('can read and set as before, and all comes to the same when it is there again', async () => {
    const line = new Line();
    line.tree.set({ a: 1, b: 1, c: 1 });
    const page = line.page();
    const states: string[] = [];
    page.onState((state) => states.push(state));
    await line.settle();
    const heard = heardBy(page);
    line.socket.close(1006);
    page.set('mine', 1);
    expect([page.get('a'), page.get('mine'), page.state]).to.eql([1, 1, 'waiting']);
    line.tree.set({ a: 2, b: undefined });
    line.hands.forward(500);
    await line.settle();
    expect(states).to.eql(['ready', 'waiting', 'connecting', 'ready']);
    expect(heard).to.eql([['mine undefined > 1 own'], ['a 1 > 2', 'b 1 > undefined']]);
    expect(line.tree.get('mine')).to.equal(1);
    expect(page.entries('**')).to.eql(line.tree.dump());
  });

  it('tries again later each time, up to a bound, less a part by chance; and anew after it was there', async () => {
    const line = new Line();
    const page = line.page(['**'], { minDelay: 100, maxDelay: 1_000, aliveInterval: 1e9 });
    await line.settle();
    const waits: number[] = [];
    line.opens = false;
    for (let n = 0; n < 6; n++) {
      line.socket.close(1006);
      waits.push(line.hands.next);
      line.hands.forward(line.hands.next);
    }
    expect(waits).to.eql([100, 200, 400, 800, 1_000, 1_000]);
    line.chance = 1;
    line.socket.close(1006);
    expect(line.hands.next).to.equal(500);
    line.hands.forward(500);
    line.opens = true;
    await line.settle();
    expect(page.state).to.equal('ready');
    line.socket.close(1006);
    expect(line.hands.next).to.equal(50);
  });

  it('sends again what was not confirmed, in its order', async () => {
    const line = new Line();
    const page = line.page();
    await line.settle();
    page.set('x', 1);
    page.set('y', 1);
    page.set('x', 2);
    await Promise.resolve();
    line.socket.close(1006);
    line.hands.forward(500);
    await line.settle();
    expect(line.tree.dump()).to.eql([['x', 2], ['y', 1]]); // prettier-ignore
    await page.saved();
  });

  it('does not send again what the server has closed for', async () => {
    for (const code of [1007, 1008, 1009]) {
      const line = new Line();
      const page = line.page();
      const refused: unknown[] = [];
      page.onRefused(({ paths, code: why }) => refused.push(paths, why));
      await line.settle();
      page.set('bad', 1);
      await Promise.resolve();
      page.set('good', 1);
      line.socket.close(code, 'no');
      line.hands.forward(500);
      await line.settle();
      expect(refused).to.eql([['bad'], 'closed']);
      expect(line.tree.dump()).to.eql([['good', 1]]);
    }
  });

  it('asks a server that says nothing, and gives it up when that does not answer', async () => {
    const line = new Line();
    const page = line.page(['**'], { aliveInterval: 1_000 });
    await line.settle();
    line.hands.forward(2_000);
    expect(line.socket.toServer.at(-1)).to.equal('{"ping":1}');
    await line.settle();
    expect(page.state).to.equal('ready');
    line.hands.forward(1_500);
    expect(line.socket.toServer.splice(0)).to.eql(['{"ping":1}']);
    line.hands.forward(499);
    expect(page.state).to.equal('ready');
    line.hands.forward(1);
    expect([page.state, line.socket.closed?.code]).to.eql(['waiting', 1005]);
  });

  it('gives a try up that neither opens nor fails', async () => {
    const line = new Line();
    line.opens = false;
    const page = line.page(['**'], { aliveInterval: 1_000 });
    line.hands.forward(1_000);
    expect(page.state).to.equal('waiting');
    line.hands.forward(500);
    line.opens = true;
    await line.settle();
    expect(page.state).to.equal('ready');
  });

  it('refuses more than may wait, and keeps of one path that is set again and again the newest', async () => {
    const line = new Line();
    line.opens = false;
    const page = line.page(['**'], { maxUnsaved: 3 });
    for (let n = 0; n < 1_000; n++) page.set('slider', n);
    page.set('a', 1);
    page.set('b', 1);
    expect(() => page.set('c', 1))
      .to.throw()
      .with.property('code', 'full');
    expect(page.get('c')).to.equal(undefined);
    line.opens = true;
    await line.settle();
    expect(line.tree.dump()).to.eql([['a', 1], ['b', 1], ['slider', 999]]); // prettier-ignore
    expect(line.socket.said.filter((text) => text.includes('slider'))).to.have.length(1);
  });

  it('sends what is set in a row in few messages, none of them too large', async () => {
    const line = new Line({ messageRate: 50 });
    const page = line.page();
    await line.settle();
    for (let n = 0; n < 900; n++) page.set(`n/${n}`, 'x'.repeat(200));
    await line.settle();
    expect(line.tree.at('n').keys()).to.have.length(900);
    expect(line.socket.closed).to.equal(undefined);
  });

  it('is over when it is closed: nothing is sent, no timer runs, what waits is told', async () => {
    const line = new Line();
    const page = line.page();
    await line.settle();
    page.set('x', 1);
    const saved = page.saved().catch((error: { code: string }) => error.code);
    page.close();
    expect(await saved).to.equal('closed');
    expect(() => page.set('x', 2))
      .to.throw()
      .with.property('code', 'closed');
    await line.settle();
    line.hands.forward(1e6);
    expect([line.sockets.length, line.socket.closed?.code, page.state, line.hands.next]).to.eql([
      1,
      1000,
      'closed',
      Infinity,
    ]);
  });

  it('gives up a server that does not support the subprotocol', async () => {
    const line = new Line();
    const page = line.page();
    await line.settle();
    line.socket.onmessage!({ data: 'hello?' });
    expect(page.state).to.equal('waiting');
  });
});
