import { expect } from 'chai';
import { type Input, LIFE, type Step } from '../../../doors/tonics.js';

const STEPS = Object.keys(LIFE) as Step[];
const next = (step: Step, input: Input): Step => LIFE[step].on[input]?.[0] ?? step;
const walk = (...inputs: Input[]): Step => inputs.reduce(next, 'open');

describe('the life of a connection', () => {
  it('is over from every step with a socket as soon as the socket has closed', () => {
    for (const step of STEPS.filter((each) => each !== 'connecting'))
      expect(next(step, 'closed'), step).to.equal('closed');
  });

  it('leaves nothing but the end where a socket has failed', () => {
    for (const step of STEPS.filter((each) => !['connecting', 'closed'].includes(each)))
      expect(next(step, 'failed'), step).to.equal('gone');
    expect(LIFE.gone.on).to.have.all.keys('closed');
  });

  it('can be cut short from every step before that', () => {
    for (const step of STEPS.filter((each) => !['connecting', 'gone', 'closed'].includes(each)))
      expect(next(step, 'abort'), step).to.equal('gone');
  });

  it('takes no more sends once its end was said', () => {
    for (const step of [walk('end'), walk('close'), walk('end', 'peerEndedBoth'), walk('overflow')])
      expect(LIFE[step].sends, step).to.equal(false);
  });

  it('answers after the end of the peer, and closes when that is done', () => {
    expect(walk('peerEndedBoth')).to.equal('answering');
    expect(LIFE.answering.sends).to.equal(true);
    expect(walk('peerEndedBoth', 'answered')).to.equal('draining');
  });

  it('stays open for sending after the end of the peer where both halves are apart', () => {
    expect(LIFE[walk('peerEnded')].sends).to.equal(true);
    expect(walk('peerEnded', 'answered')).to.equal('halfClosed');
    expect(walk('peerEnded', 'end')).to.equal('draining');
  });

  it('answers what it has heard when its Tonic finishes, and then says its end', () => {
    expect(LIFE[walk('finish')].sends).to.equal(true);
    expect(LIFE.finishing.on.answered).to.deep.equal(['draining', 'drain']);
  });

  it('says no end where something was given up: the peer sees a reset', () => {
    expect(LIFE.open.on.overflow).to.deep.equal(['cutting', 'cut']);
    for (const [to, deed] of Object.values(LIFE.cutting.on)) expect([to, deed]).to.not.include('drain');
    expect(LIFE.cutting.on.lingerOver).to.deep.equal(['gone', 'reset']);
  });

  it('hears, and takes no more sends, while a protocol says its own end, and closes when both sides have', () => {
    for (const before of [walk(), walk('peerEndedBoth'), walk('finish')])
      expect(next(before, 'part'), before).to.equal('parting');
    expect(LIFE.parting).to.include({ sends: false, hears: true });
    for (const input of ['close', 'peerEnded', 'peerEndedBoth'] as const)
      expect(next('parting', input), input).to.equal('draining');
    expect(next('draining', 'part')).to.equal('draining');
  });

  it('shows each step as one of the phases that users know', () => {
    expect(Object.fromEntries(STEPS.map((step) => [step, LIFE[step].phase]))).to.deep.equal({
      connecting: 'connecting',
      open: 'open',
      ended: 'open',
      halfClosed: 'halfClosed',
      answering: 'halfClosed',
      finishing: 'draining',
      parting: 'draining',
      draining: 'draining',
      cutting: 'draining',
      gone: 'draining',
      closed: 'closed',
    });
  });
});
