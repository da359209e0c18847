import { expect } from 'chai';
import { type AnyTonic, Reply } from '../../src/index.js';
import { type ReplyTo, running } from '../doors/core.js';
import { expectThrow } from '../support/errors.js';
import { callingWith } from './thread/programs/calls-main.js';

describe('a reply given to another thread', () => {
  const calling = callingWith(['one']);

  /** A place that writes down what is done with it, and by whom it is done. */
  function place(steps: unknown[][]): ReplyTo {
    const note = (step: string, data?: unknown): void => {
      steps.push([step, data, running.tonic?.name]);
      calling.caller.heard.changed();
    };
    return {
      owner: calling.caller as AnyTonic,
      open: true,
      send: (data) => {
        note('send', data);
        return 'sent';
      },
      end: (data) => note('end', data),
      fail: (error) => note('fail', error),
      needsInput: () => note('needsInput'),
    };
  }

  it('is answered there by orders of its connection, and forgotten with its end', async () => {
    const { caller, one } = calling;
    const steps: unknown[][] = [];
    const before = calling.callbacksIn(one);
    const replies = { a: new Reply(place(steps)), b: new Reply(place(steps)) };
    await caller.inSparkle(() => one.ttsc__answerAll(replies));
    await caller.heard.until(() => steps.length === 6, 'six steps');
    const byCaller = (...step: unknown[]): unknown[] => [...step, 'caller'];
    expect(steps).to.deep.equal(
      ['a', 'b'].flatMap((word) => [
        byCaller('needsInput', undefined),
        byCaller('send', word),
        byCaller('end', Buffer.from('!')),
      ]),
    );
    expect(calling.callbacksIn(one)).to.equal(before);
  });

  it('is not given where something else of the call cannot cross', async () => {
    const { caller, one } = calling;
    const before = calling.callbacksIn(one);
    const replies = { a: new Reply(place([])), b: Symbol('stays') as unknown };
    await caller.inSparkle(() =>
      expectThrow(() => one.ttsc__answerAll(replies as Record<string, Reply>), 'TT_NOT_TRANSFERABLE'),
    );
    expect(calling.callbacksIn(one)).to.equal(before);
  });
});
