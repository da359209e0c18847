// A client and a server of it, with the options that are given as JSON; it ends when they are connected.
import {
  type ConnectionOptions,
  Formula,
  type ListenInfo,
  TcpClient,
  TcpConnection,
  TcpServer,
  Tonic,
} from '../../../src/index.js';
import '../../../src/index.js';

const options = JSON.parse(process.argv[2]!) as ConnectionOptions;

class Main extends Tonic {
  #connected = 0;
  ttse__onStart(): void {
    new TcpServer({ port: 0, host: '127.0.0.1', protocol: TcpConnection, ...options });
  }
  ttse__onListening({ port }: ListenInfo): void {
    new TcpClient({ port, host: '127.0.0.1', ...options });
  }
  ttse__onConnected(): void {
    if (++this.#connected === 2) this.ttsc__finish();
  }
  ttse__onDisconnected(): void {}
}

class App extends Formula {
  protected override creatingStartingTonics(): void {
    new Main();
  }
}

await App.run();
