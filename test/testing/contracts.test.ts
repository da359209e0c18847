import { expect } from 'chai';
import { Tonic } from '../../src/core/tonic.js';
import { Distiller } from '../../src/testing/index.js';
import { Door } from './support/door.js';

class Visitor extends Tonic<'waiting' | 'inside'> {
  knocks = 0;
  get peevish(): boolean {
    throw new Error('not to be read');
  }
  ttsc__wait(): void {
    this.toState('waiting');
  }
  ttsc__knock(): void {
    this.knocks++;
  }
  ttsc__enter(): void {
    this.toState('inside');
  }
}

describe('a contract', () => {
  let distiller: Distiller;
  let door: Door;
  let visitor: Visitor;

  beforeEach(async () => {
    distiller = await Distiller.start();
    door = distiller.infuse(() => new Door({ name: 'door' }));
    visitor = distiller.infuse(() => new Visitor({ name: 'visitor' }));
    await distiller.settle();
    visitor.ttsc__wait();
    visitor.ttsc__knock();
    door.ttsc__unlock('42');
    visitor.ttsc__knock();
    visitor.ttsc__enter();
  });
  afterEach(async () => {
    await distiller.finish();
  });

  it('is met when all have done what is expected of them', async () => {
    const tonics = { door: { tillStateIn: ['open'] }, visitor: { stopOnProbe: { knocks: 1 } } };
    const { stopCondition, contractDetails } = await distiller.sparkle({ contract: { tonics } });
    expect(stopCondition).to.deep.equal(['contractMet']);
    expect(contractDetails).to.deep.equal({
      met: true,
      matches: 2,
      needed: 2,
      tonics: {
        door: { matched: true, why: ['state: open'], at: 0 },
        visitor: { matched: true, why: ['probe: knocks = 1'], at: 0 },
      },
    });
    expect(visitor.knocks).to.equal(1);
  });

  it('is met by as many as it says', async () => {
    const tonics = { door: { tillStateIn: ['open'] }, visitor: { tillSparkleIn: ['ttsc__knock'] } };
    const { contractDetails } = await distiller.sparkle({ contract: { stopMatchCount: 1, tonics } });
    expect(contractDetails?.tonics['door']).to.deep.equal({ matched: false, why: [], at: undefined });
    expect(contractDetails?.tonics['visitor']?.why).to.deep.equal(['sparkle: ttsc__knock']);
    expect(door.state).to.equal('locked');
  });

  it('keeps what has matched although it changes again', async () => {
    const tonics = { visitor: { stopOnProbe: { knocks: 1 } }, door: { tillStateIn: ['locked'] } };
    visitor.ttsc__knock();
    const before = distiller.clock.now();
    const { contractDetails, endAt } = await distiller.sparkle({ timeout: '1d', contract: { tonics } });
    expect(contractDetails?.met).to.be.true;
    expect(contractDetails?.tonics['door']?.at).to.equal(before + 7_200_000);
    expect(endAt).to.equal(before + 7_200_000);
    expect(visitor.knocks).to.equal(3);
  });

  it('may ask for a probe with a function, and by a path', async () => {
    const tonics = {
      visitor: { stopOnProbe: { knocks: (count: unknown) => Number(count) > 1 } },
      Door: { stopOnProbe: { 'lock.code': '42' } },
    };
    const { contractDetails } = await distiller.sparkle({ contract: { tonics } });
    expect(contractDetails?.tonics['visitor']?.why).to.deep.equal(['probe: knocks = 2']);
    expect(contractDetails?.tonics['Door']?.why).to.deep.equal(['probe: lock.code = 42']);
  });

  it('says what a probe was, whatever it is', async () => {
    class Map extends Tonic {
      readonly at = { x: 1, y: [2] };
      readonly bare = Object.assign(Object.create(null) as object, { z: 3 });
      readonly self = this;
      ttsc__look(): void {}
    }
    distiller.infuse(() => new Map({ name: 'map' })).ttsc__look();
    const tonics = { map: { stopOnProbe: { at: { x: 1, y: [2] }, bare: () => true, self: () => true } } };
    const { contractDetails } = await distiller.sparkle({ contract: { tonics } });
    expect(contractDetails?.tonics['map']?.why).to.deep.equal([
      'probe: at = { x: 1, y: [ 2 ] }',
      'probe: bare = { z: 3 }',
      "probe: self = { tonic: 'map', id: 3 }",
    ]);
  });

  it('fails the test, and not the app, where a function of it throws', async () => {
    const tonics = {
      visitor: {
        stopOnProbe: {
          knocks: () => {
            throw new RangeError('a slip');
          },
        },
      },
    };
    const thrown: unknown = await distiller.sparkle({ contract: { tonics } }).catch((error: unknown) => error);
    expect(thrown).to.be.instanceOf(RangeError);
    await distiller.settle();
    expect([door.state, visitor.knocks]).to.deep.equal(['open', 2]);
  });

  it('goes by the class where no Tonic has the name', async () => {
    const { contractDetails } = await distiller.sparkle({
      contract: { tonics: { Visitor: { tillStateIn: ['inside'] } } },
    });
    expect(contractDetails?.met).to.be.true;
    expect(visitor.state).to.equal('inside');
  });

  it('has its probes in the trace, before and after each sparkle', async () => {
    const tonics = { visitor: { tillStateIn: ['inside'], probes: ['knocks', 'nowhere.at.all', 'peevish'] } };
    const { sparkleTrace } = await distiller.sparkle({ contract: { tonics } });
    const knock = sparkleTrace.find(({ sparkle }) => sparkle === 'ttsc__knock')!;
    expect(knock.atEnter.probes).to.deep.equal({
      knocks: 0,
      'nowhere.at.all': undefined,
      peevish: '[threw Error: not to be read]',
    });
    expect(knock.atExit?.probes['knocks']).to.equal(1);
    expect(sparkleTrace.find(({ tonic }) => tonic === 'door')!.atExit?.probes).to.deep.equal({});
  });

  it('tells what was missing when the time is over', async () => {
    const tonics = { door: { tillStateIn: ['open'] }, visitor: { tillStateIn: ['upstairs'] } };
    const { stopCondition, contractDetails } = await distiller.sparkle({ timeout: '1s', contract: { tonics } });
    expect(stopCondition).to.deep.equal(['timeout']);
    expect([contractDetails?.met, contractDetails?.matches, contractDetails?.needed]).to.deep.equal([false, 1, 2]);
  });
});
