import '../../../src/compose.js';
// Echoes on sockets that others have opened. Its argument is JSON: the options `systemd` or `fd` of its servers and UDP sockets, and descriptors
// that it is to open itself first.
import { spawnSync } from 'node:child_process';
import { Formula, type FormulaData, type ListenInfo, TcpConnection, TcpServer, Tonic, UdpSocket } from 'tasktonic';

type Place = { readonly systemd: string | true } | { readonly fd: number };

const { tcp = [], udp = [] } = JSON.parse(process.argv[2] ?? '{}') as { tcp?: Place[]; udp?: Place[] };

const say = (what: unknown): void => console.log(JSON.stringify(what));

class Echo extends TcpConnection {
  ttse__onData(data: Buffer): void {
    this.send(data);
  }
}

class EchoSocket extends UdpSocket {
  ttse__onDatagram(data: Buffer, from: { address: string; port: number }): void {
    this.send(data, from);
  }
}

class Main extends Tonic {
  ttse__onStart(): void {
    for (const place of tcp) new TcpServer({ ...(place as { readonly fd: number }), protocol: Echo });
    for (const place of udp) new EchoSocket(place);
  }
  ttse__onListening({ transport, address, family, port }: ListenInfo): void {
    say({ transport, address, family, port });
    const told = Object.keys(process.env).filter((name) => name.startsWith('LISTEN_'));
    // A child that listed them by itself would have that list open.
    const list =
      'require("fs").readdirSync("/proc/self/fd").map((fd) => { try { return require("fs").readlinkSync("/proc/self/fd/" + fd) } catch { return "" } })';
    const child = spawnSync(process.execPath, ['-p', `JSON.stringify(${list})`], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    say({ told, child: (JSON.parse(child.stdout) as string[]).filter((name) => name.startsWith('socket:')).length });
  }
  ttse__onError(_tonic: Tonic, { message }: Error): void {
    say({ error: message });
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
