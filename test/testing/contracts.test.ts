import { expect } from 'chai';
import { Tonic } from '../../src/index.js';
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
    const tonics = { visitor: { stopOnProbe: { knocks: 1 } }, door: { tillSparkleIn: ['ttse__onLock'] } };
    visitor.ttsc__knock();
    const before = distiller.clock.now();
    const { contractDetails, endAt } = await distiller.sparkle({ timeout: '1d', contract: { tonics } });
    expect(contractDetails?.met).to.be.true;
    expect(contractDetails?.tonics['door']?.at).to.equal(before + 7_200_000);
    expect(endAt).to.equal(before + 7_200_000);
    expect(visitor.knocks).to.equal(3);
  });

  it('counts a Tonic that is in the state already, whoever runs', async () => {
    await distiller.settle();
    visitor.ttsc__wait();
    const tonics = { door: { tillStateIn: ['open'] }, Visitor: { tillStateIn: ['waiting'] } };
    const { stopCondition, contractDetails } = await distiller.sparkle({ timeout: '1s', contract: { tonics } });
    expect(stopCondition).to.deep.equal(['contractMet']);
    expect(contractDetails?.tonics['door']).to.deep.equal({ matched: true, why: ['state: open'], at: 0 });
  });

  it('runs nothing where all is as expected already', async () => {
    const tonics = { door: { tillStateIn: 'locked' }, visitor: { stopOnProbe: { knocks: 0 } } };
    const { stopCondition, sparkleTrace } = await distiller.sparkle({ contract: { tonics } });
    expect([stopCondition, sparkleTrace]).to.deep.equal([['contractMet'], []]);
    expect(door.state).to.equal('locked');
  });

  it('counts no sparkle that ran before', async () => {
    await distiller.settle();
    const contract = { tonics: { visitor: { tillSparkleIn: ['ttsc__enter'] } } };
    expect((await distiller.sparkle({ timeout: '1s', contract })).stopCondition).to.deep.equal(['timeout']);
  });

  it('counts a probe that another Tonic has changed, at that order', async () => {
    class Thief extends Tonic {
      ttsc__pick(lock: { code: string }): void {
        lock.code = '0';
      }
      ttsc__leave(): void {}
    }
    const thief = distiller.infuse(() => new Thief());
    await distiller.settle();
    thief.ttsc__pick(door.lock);
    thief.ttsc__leave();
    const contract = { tonics: { door: { stopOnProbe: { 'lock.code': '0' } } } };
    const { stopCondition, sparkleTrace } = await distiller.sparkle({ timeout: '1s', contract });
    expect(stopCondition).to.deep.equal(['contractMet']);
    expect(sparkleTrace.map(({ sparkle }) => sparkle)).to.deep.equal(['ttsc__pick']);
  });

  it('looks at a Tonic, too, that was made meanwhile and runs nothing of its own', async () => {
    class Parcel extends Tonic {
      stamp = '';
    }
    class Post extends Tonic {
      #parcel!: Parcel;
      ttsc__pack(): void {
        this.#parcel = new Parcel({ name: 'parcel' });
      }
      ttsc__stamp(): void {
        this.#parcel.stamp = 'paid';
      }
    }
    const post = distiller.infuse(() => new Post());
    post.ttsc__pack();
    post.ttsc__stamp();
    const contract = { tonics: { parcel: { stopOnProbe: { stamp: 'paid' } } } };
    expect((await distiller.sparkle({ timeout: '1s', contract })).stopCondition).to.deep.equal(['contractMet']);
  });

  it('takes one name for a list of one', async () => {
    const tonics = { visitor: { tillSparkleIn: 'ttsc__enter', probes: 'knocks' } };
    const { contractDetails, sparkleTrace } = await distiller.sparkle({ contract: { tonics } });
    expect(contractDetails?.tonics['visitor']?.why).to.deep.equal(['sparkle: ttsc__enter']);
    expect(sparkleTrace.at(-1)?.atExit?.probes).to.deep.equal({ knocks: 2 });
  });

  it('may ask for probes of every Tonic that has them, and expect nothing', async () => {
    const contract = { tonics: {}, probes: ['knocks'] };
    const { stopCondition, sparkleTrace, contractDetails } = await distiller.sparkle({ timeout: '1s', contract });
    expect([stopCondition, contractDetails?.met]).to.deep.equal([['timeout'], false]);
    const seen = sparkleTrace.map(({ tonic, atExit }) => [tonic, atExit?.probes]);
    expect(seen)
      .to.deep.include(['visitor', { knocks: 2 }])
      .and.to.deep.include(['door', {}]);
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
