import { expect } from 'chai';
import { Formula, type FormulaData, TcpServer, Tonic, tonicStore, UdpSocket } from '../../src/index.js';
import { expectThrow } from '../support/errors.js';

class Greeter extends Tonic {
  static greeted: string[] = [];
  constructor(private readonly options: { readonly whom: string }) {
    super();
  }
  ttse__onStart(): void {
    Greeter.greeted.push(this.options.whom);
    this.ttsc__finish();
  }
}

describe('The TonicStore', () => {
  it('holds the ready-made Tonics', () => {
    expect(tonicStore.tonics).to.include({ TcpServer, UdpSocket });
  });

  it('takes further Tonics without changing the one it came from', () => {
    const larger = tonicStore.with({ Greeter });
    expect(larger.tonics).to.include({ Greeter, TcpServer });
    expect(tonicStore.tonics).to.not.have.property('Greeter');
  });

  it('refuses another class under a name that is taken, and takes the same one again', () => {
    expectThrow(() => tonicStore.with({ TcpServer: Greeter }), 'TT_TONIC_EXISTS');
    expect(tonicStore.with({ TcpServer }).tonics.TcpServer).to.equal(TcpServer);
  });

  it('names the nearest Tonic where there is none of a name', () => {
    const make = (name: string): unknown => (tonicStore as unknown as { make(name: string): unknown }).make(name);
    expect(() => make('TcpSever'))
      .to.throw('did you mean TcpServer?')
      .with.property('code', 'TT_UNKNOWN_TONIC');
    expectThrow(() => make('constructor'), 'TT_UNKNOWN_TONIC');
  });

  it('starts what a configuration names', async () => {
    class Configured extends Formula {
      protected override readonly tonicStore = tonicStore.with({ Greeter });
      protected override creatingFormula(): FormulaData {
        return { log: { to: 'off' }, start: [{ tonic: 'Greeter', options: { whom: 'Ada' } }] };
      }
    }
    Greeter.greeted = [];
    const { exitCode } = await Configured.run();
    expect(exitCode).to.equal(0);
    expect(Greeter.greeted).to.deep.equal(['Ada']);
  });
});
