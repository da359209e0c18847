// Shows the logs of apps that run with { log: { to: 'ip', ip: { port: 7008 } } }: `node dist/examples/log-viewer/server.js [port] [lane]`.
import { Formula } from 'tasktonic';
import { LogViewer } from './log-viewer.js';

class ViewerFormula extends Formula {
  protected override creatingStartingTonics(): void {
    const [port = '7008', lane] = process.argv.slice(2);
    new LogViewer(Number(port), {
      print: (text) => void process.stdout.write(`${text}\n`),
      lane,
      colours: process.stdout.isTTY,
    });
  }
}

await ViewerFormula.run();
