import { type ConfigurationSources, Formula, type FormulaData, TcpServer, Tonic } from 'tasktonic';
import { Session } from './session.ts';

class Main extends Tonic {
  override ttse__onStart(): void {
    const host = this.config.string('server/host');
    const port = this.config.number('server/port');
    new TcpServer({ name: 'server', host, port, protocol: Session });
  }
}

/** The recipe of the service: its settings, and what it starts with. `npm start -- --help` shows all settings. */
export default class Service extends Formula {
  protected override creatingFormula(): FormulaData & { server: object } {
    return { server: { host: '127.0.0.1', port: 7007 } };
  }

  protected override creatingConfiguration(): ConfigurationSources {
    return { args: true, env: 'SERVICE_' };
  }

  protected override creatingStartingTonics(): void {
    new Main();
  }
}
