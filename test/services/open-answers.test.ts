import { expect } from 'chai';
import { Answer } from '../../src/index.js';
import type { AnswerTo, NoAnswerReason } from '../doors/core.js';
import { OpenAnswers } from '../doors/services.js';

describe('the open answers of a Tonic', () => {
  let told: NoAnswerReason[] = [];
  const to: AnswerTo = { open: true, settle: () => {}, lost: (why) => void told.push(why) };
  beforeEach(() => (told = []));

  it('are lost with it, but for those that were given', () => {
    const open = new OpenAnswers(false);
    const [given, kept] = [new Answer<number>(to), new Answer<number>(to)];
    open.add(['no answer', given]);
    open.add([kept]);
    given.give(1);
    open.lose();
    expect(told).to.deep.equal(['TT_ASK_GONE']);
    expect(kept.open).to.equal(false);
  });

  it('take no more room for those that were given', () => {
    const open = new OpenAnswers(false);
    const kept = new Answer<number>(to);
    open.add([kept]);
    for (let n = 0; n < 10_000; n++) {
      const answer = new Answer<number>(to);
      open.add([answer]);
      answer.give(n);
    }
    expect(open.size).to.be.at.most(65);
    open.lose();
    expect(told).to.have.lengthOf(1);
  });
});
