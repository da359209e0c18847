import { expect } from 'chai';
import { type Ledger, TimerRepeat, Tonic } from '../../src/index.js';
import { type App, startApp } from '../support/app.js';

class Door extends Tonic<'open'> {}

class House extends Tonic {
  front!: Door;
  back!: Door;
  ttse__onStart(): void {
    this.front = new Door({ name: 'front' });
    this.back = new Door();
    this.front.ttsc__toState('open');
  }
}

const start = async (): Promise<{ app: App; house: House; ledger: Ledger }> => {
  let house!: House;
  const app = await startApp(() => (house = new House()));
  return { app, house, ledger: app.ledger };
};

describe('the Ledger', () => {
  it('finds a Tonic by its id', async () => {
    const { app, house, ledger } = await start();
    expect(ledger.get(0)).to.equal(app.main);
    expect(ledger.get(1)).to.equal(house);
    expect(ledger.get(99)).to.equal(undefined);
    expect(ledger.get(-1)).to.equal(undefined);
    await app.finish();
  });

  it('finds a Tonic by the name it was given, or its default name', async () => {
    const { app, house, ledger } = await start();
    expect(ledger.find('tt_main_catalyst')).to.equal(app.main);
    expect(ledger.find('front')).to.equal(house.front);
    expect(ledger.find('03.Door')).to.equal(house.back);
    expect(ledger.find('01.House')).to.equal(house);
    for (const none of ['02.Door', '03.House', '3.Door', '003.Door', 'Door', '', '__proto__', '99.Door']) {
      expect(ledger.find(none), none).to.equal(undefined);
    }
    await app.finish();
  });

  it('finds default names of three digits', async () => {
    const { app, house, ledger } = await start();
    const doors = Array.from({ length: 120 }, () => new Door({ base: house }));
    const last = doors.at(-1)!;
    expect(last.name).to.equal('123.Door');
    expect(ledger.find('123.Door')).to.equal(last);
    await app.finish();
  });

  it('finds no timer by the default name that it does not use', async () => {
    const { app, house, ledger } = await start();
    const timer = new TimerRepeat({ seconds: 1, name: 'bell', base: house });
    const unnamed = new TimerRepeat({ seconds: 1, base: house });
    expect(ledger.find(`0${timer.id}.TimerRepeat`)).to.equal(undefined);
    expect(ledger.find(`0${unnamed.id}.TimerRepeat`)).to.equal(unnamed);
    await app.finish();
  });

  it('holds all Tonics, in the order of their ids', async () => {
    const { app, house, ledger } = await start();
    expect([...ledger]).to.deep.equal([app.main, house, house.front, house.back]);
    expect(ledger.size).to.equal(4);
    house.front.ttsc__finish();
    await app.settled();
    expect([...ledger]).to.deep.equal([app.main, house, house.back]);
    expect(ledger.size).to.equal(3);
    await app.finish();
    expect([...ledger]).to.deep.equal([]);
  });

  it('gives each id to one Tonic at a time, however many come and go', async () => {
    const { app, house, ledger } = await start();
    let doors = Array.from({ length: 200 }, () => new Door({ base: house }));
    for (let round = 0; round < 5; round++) {
      await app.settled();
      for (const door of doors.filter((_, n) => n % 3 === round % 3)) door.ttsc__finish();
      await app.settled();
      doors = doors.filter(({ finished }) => !finished);
      for (let n = 0; n < 50; n++) doors.push(new Door({ base: house }));
      for (const door of doors) expect(ledger.get(door.id)).to.equal(door);
    }
    expect(Math.max(...doors.map(({ id }) => id))).to.be.lessThan(300);
    expect(ledger.size).to.equal(doors.length + 4);
    await app.finish();
  });

  it('prints the tree of bases and infusions with their states', async () => {
    const { app, ledger } = await start();
    expect(ledger.dump().split('\n')).to.deep.equal([
      '0 tt_main_catalyst (Catalyst)',
      '  1 01.House (House)',
      '    2 front (Door) [open]',
      '    3 03.Door (Door)',
    ]);
    await app.finish();
    expect(ledger.dump()).to.equal('');
  });
});
