import { expect } from 'chai';
import { ManualClock } from './manual-clock.js';

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => expect.fail('it was not rejected'),
    (reason: unknown) => reason,
  );

describe('a manual clock', () => {
  it('stands still until it is moved', async () => {
    const clock = new ManualClock();
    const before = clock.now();
    await clock.settled();
    expect(clock.now()).to.equal(before);
    await clock.pass(5);
    expect(clock.now()).to.equal(before + 5);
  });

  it('stops at each due time in turn, also at those that are set on the way', async () => {
    const clock = new ManualClock();
    const begin = clock.now();
    const times: number[] = [];
    const note = (): void => void times.push(clock.now() - begin);
    clock.setTimer(note, 30);
    clock.setTimer(() => {
      note();
      clock.setTimer(note, 5);
    }, 10);
    clock.setTimer(note, 50);
    await clock.pass(40);
    expect(times).to.deep.equal([10, 15, 30]);
  });

  it('goes on after a timer that throws, and then throws it', async () => {
    const clock = new ManualClock();
    let fired = 0;
    clock.setTimer(() => {
      throw new Error('boom');
    }, 1);
    clock.setTimer(() => fired++, 2);
    const error = (await rejection(clock.pass(10))) as AggregateError;
    expect((error.errors as Error[]).map(({ message }) => message)).to.deep.equal(['boom']);
    expect(fired).to.equal(1);
  });

  it('says so where a promise waits for nothing that time brings', async () => {
    const clock = new ManualClock();
    expect(await rejection(clock.passUntil(new Promise(() => {})))).to.have.property(
      'message',
      'it would wait for ever',
    );
  });

  it('steps to the next due time, and to none after the last that it may', async () => {
    const clock = new ManualClock();
    const fired: number[] = [];
    for (const ms of [30, 10]) clock.setTimer(() => fired.push(ms), ms);
    const begin = clock.now();
    expect(await clock.step(begin + 20)).to.equal(true);
    expect([fired, clock.now() - begin]).to.deep.equal([[10], 10]);
    expect(await clock.step(begin + 20)).to.equal(false);
    expect([fired, clock.now() - begin]).to.deep.equal([[10], 10]);
  });

  it('has what waits for no time happen by itself, once, and is settled after that', async () => {
    const clock = new ManualClock();
    const fired: string[] = [];
    clock.setTimer(() => {
      fired.push('first');
      clock.setTimer(() => fired.push('second'), 0);
    }, 0);
    clock.setTimer(() => fired.push('later'), 1);
    expect(fired).to.deep.equal([]);
    await clock.settled();
    expect(fired).to.deep.equal(['first', 'second']);
    await clock.pass(0);
    expect(fired).to.deep.equal(['first', 'second']);
  });

  it('forgets that when it is cleared before', async () => {
    const clock = new ManualClock();
    let fired = 0;
    clock.clearTimer(clock.setTimer(() => fired++, 0));
    await clock.settled();
    expect(fired).to.equal(0);
  });
});
