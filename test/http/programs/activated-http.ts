import '../../../src/compose.js';
// Serves HTTP on sockets that others have opened. Its argument is JSON: the option `systemd` or `fd` of its server.
import { Formula, type FormulaData, type ListenInfo, Tonic } from 'tasktonic';
import { type HttpExchange, HttpServer } from 'tasktonic/http';

const place = JSON.parse(process.argv[2]!) as { readonly fd: number };

class Main extends Tonic {
  ttse__onStart(): void {
    new HttpServer(place);
  }
  ttse__onListening({ family, port }: ListenInfo): void {
    console.log(JSON.stringify({ family, port }));
  }
  ttse__onRequest(_server: HttpServer, exchange: HttpExchange): void {
    exchange.reply(`hello at ${exchange.path}`);
  }
  ttse__onError(_tonic: Tonic, { message }: Error): void {
    console.log(JSON.stringify({ error: message }));
    this.ttsc__finish();
  }
}

class Activated extends Formula {
  protected override creatingFormula(): FormulaData {
    return { log: { to: 'off' } };
  }
  protected override creatingStartingTonics(): void {
    new Main();
  }
}

await Activated.run();
