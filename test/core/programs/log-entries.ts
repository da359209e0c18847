import { Formula, type FormulaData, Tonic } from '../../../src/index.js';
// An app whose process ends within a sparkle that has logged: by process.exit() there, or in the onFailure of what it threw. Or one that
// shows entries on the screen.

const [how] = process.argv.slice(2);

class Lamp extends Tonic<'on'> {
  ttse__onStart(): void {
    this.log.info({ watts: 40 }, 'plugged in');
    this.log.mark('phase 2');
    this.log.warn('bright');
    this.log.probe('queue', 3);
    this.log.flag('odd');
    this.toState('on');
  }
  ttse_on__onEnter(): void {
    this.log.info('shining');
    this.logMode = 'quiet';
    this.ttsc__finish();
  }
}

class Evil extends Tonic {
  ttse__onStart(): void {
    this.log.info('evil \u001b[2J\u0007');
    this.ttsc__finish();
  }
}

class Main extends Tonic {
  ttse__onStart(): void {
    if (how === 'exit') this.ttsc__exit();
    else this.ttsc__fail();
  }
  ttsc__exit(): void {
    this.log.info('the last words');
    process.exit(3);
  }
  ttsc__fail(): void {
    this.log.info('the last words');
    throw new Error('boom');
  }
  ttse__onFailure(): void {
    process.exit(4);
  }
}

class App extends Formula {
  protected override creatingFormula(): FormulaData {
    return { log: { to: how === 'screen' || how === 'evil' ? 'screen' : 'json', entries: true } };
  }
  protected override creatingStartingTonics(): void {
    if (how === 'screen') new Lamp({ name: 'lamp' });
    else if (how === 'evil') new Evil().log.info('evil \u001b]0;title\u0007');
    else new Main();
  }
}

await App.run();
