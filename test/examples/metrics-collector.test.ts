import { expect } from 'chai';
import { type Address, type ListenInfo, TcpClient, UdpSocket } from 'tasktonic';
import { type Distiller, type Fault, explore } from 'tasktonic/testing';
import { Collector, FiguresConnection } from '../../examples/metrics-collector/collector.js';
import { Figures } from '../../examples/metrics-collector/figures.js';
import { onRealSockets } from '../support/stage.js';
import { Served, needsProgram, printed } from './support/real-client.js';

describe('the figures of metrics', () => {
  const told = (figures: Figures, ...lines: string[]): string[] => {
    for (const line of lines) figures.take(line);
    return figures.lines('');
  };

  it('are counted, with the share that was sampled', () => {
    expect(told(new Figures(10), 'a:1|c', 'a:2|c|@0.5', 'a:-1|c')).to.deep.equal(['a c 4']);
  });

  it('are set, or changed by what has a sign', () => {
    expect(told(new Figures(10), 'a:5|g', 'a:+2|g', 'b:7|g', 'b:-1|g')).to.deep.equal(['a g 7', 'b g 6']);
  });

  it('are spread over times, of which the newest thousand count', () => {
    const figures = new Figures(10);
    told(figures, ...Array.from({ length: 1_000 }, () => 't:9999|ms'));
    expect(told(figures, ...Array.from({ length: 1_000 }, (_, nr) => `t:${nr + 1}|ms`))).to.deep.equal([
      't ms 2000 p50 500 p99 990 max 1000',
    ]);
  });

  it('are how many values a set has', () => {
    expect(told(new Figures(10), 'who:ann|s', 'who:bob|s', 'who:ann|s')).to.deep.equal(['who s 2']);
  });

  it('are not of what is no metric, nor of more names and values than there may be', () => {
    const figures = new Figures(2);
    const lines = [
      '',
      'a',
      'a:1',
      'a:x|c',
      'a:1|z',
      'a b:1|c',
      'a:1|c|@2',
      's:1|s',
      's:2|s',
      's:3|s',
      'b:1|c',
      'c:1|c',
    ];
    expect(told(figures, ...lines)).to.deep.equal(['b c 1', 's s 2']);
    expect(figures.refused).to.equal(9);
  });
});

describe('the collector of metrics', () => {
  onRealSockets('its client is socat');

  it('takes datagrams of metrics, and tells the figures', async function () {
    needsProgram(this, 'socat');
    const served = await Served.start((listening) => {
      class Listening extends Collector {
        override ttse__onListening(info: ListenInfo): void {
          super.ttse__onListening(info);
          if (info.transport === 'udp') listening(info);
        }
      }
      return new Listening([{ host: '127.0.0.1', port: 0 }]);
    });
    const { port } = served;
    await printed('socat', ['-t', '0', '-', `UDP:127.0.0.1:${port}`], 'requests:2|c\nloaded:7|g');
    const ask = (line: string): Promise<string> =>
      printed('socat', ['-t', '5', '-', `TCP:127.0.0.1:${port}`], `${line}\n`);
    // A datagram may be heard after the question that was sent after it.
    let heard = '';
    while (!heard.includes('requests')) heard = await ask('figures');
    expect(heard).to.equal('loaded g 7\nrequests c 2\nrefused 0\nend\n');
    expect(await ask('figures re')).to.equal('requests c 2\nrefused 0\nend\n');
    expect(await ask('what?')).to.match(/^error: say figures/);
    await served.end();
  });
});

/** Takes each piece that comes for a whole line: which is so until one is cut. */
class Hasty extends FiguresConnection {
  ttse__onConnected(): void {
    this.setFraming(undefined);
  }
  ttse__onData(data: Buffer): void {
    this.ttse__onFrame(data.toString());
  }
  ttse__onError(): void {}
}

class HastyCollector extends Collector {
  protected override connection(): FiguresConnection {
    return new Hasty();
  }
}

class Counts extends UdpSocket {
  ttse__onListening(): void {
    for (let nr = 0; nr < 5; nr++) this.send('hits:1|c', { address: '10.0.0.1', port: 8125 } as Address);
  }
}

class Asks extends TcpClient {
  heard = '';
  ttse__onConnected(): void {
    this.send('figures hits\n');
  }
  ttse__onData(data: Buffer): void {
    this.heard += String(data);
  }
  ttse__onError(): void {}
}

describe('the collector of metrics on a bad network', () => {
  const asking = (Server: typeof Collector) => async (distiller: Distiller) => {
    await distiller.join(() => void new Server([{ host: 'server', port: 8125 }]), { host: 'server' });
    await distiller.advance('1s');
    await distiller.join(() => void new Counts({ name: 'counts' }), { host: 'client' });
    await distiller.advance('1s');
    await distiller.join(() => void new Asks({ name: 'asks', host: 'server', port: 8125 }), { host: 'asker' });
    distiller.network.between('server', 'asker', { latency: 5, jitter: 5, split: 'random' });
    await distiller.advance('5s');
    expect(distiller.find<Asks>('asks')!.heard).to.equal('hits c 5\nrefused 0\nend\n');
  };

  it('tells all that has come, however the question is cut', async () => {
    expect((await explore({ runs: 10 }, asking(Collector))).faults).to.have.property('split');
  });

  it('is found out where it takes a piece of a question for a whole one', async () => {
    const failure: unknown = await explore({ runs: 20 }, asking(HastyCollector)).catch((error: unknown) => error);
    const { code, details } = failure as { code?: string; details?: Record<string, unknown> };
    expect(code).to.equal('TT_EXPLORE_FAILED');
    expect((details?.['faults'] as Fault[]).map(({ kind }) => kind)).to.include('split');
  });
});
