import { connect } from 'node:net';
import { expect } from 'chai';
import { Formula, type FormulaData, type ListenInfo, Tonic } from 'tasktonic';
import type { View } from '../../examples/log-viewer/log-source.js';
import { LogViewer } from '../../examples/log-viewer/log-viewer.js';
import { Heard } from '../support/heard.js';
import { Program } from '../support/program.js';
import { onRealSockets } from '../support/stage.js';

class Lamp extends Tonic<'on'> {
  ttse__onStart(): void {
    this.log.info({ watts: 40 }, 'plugged in');
    this.log.mark('phase 2');
    this.log.probe('queue', 3);
    this.toState('on');
    this.ttsc__finish();
  }
}

class Quiet extends Formula {
  constructor(
    private readonly data: FormulaData,
    private readonly make: () => void,
  ) {
    super();
  }
  protected override creatingFormula(): FormulaData {
    return { shutdown: { signals: false }, ...this.data };
  }
  protected override creatingStartingTonics(): void {
    this.make();
  }
}

describe('the log viewer', () => {
  onRealSockets('the viewer is shown as its user starts it');
  let viewer: LogViewer | undefined;
  let ended: Promise<unknown> | undefined;
  const heard = new Heard();
  let shown: string[];

  const open = async (view: Partial<View> = {}): Promise<number> => {
    shown = [];
    const print = (text: string): void => {
      shown.push(text);
      heard.push('shown');
    };
    return new Promise((resolve) => {
      class Listening extends LogViewer {
        override ttse__onListening({ port }: ListenInfo): void {
          resolve(port);
        }
      }
      ended = Quiet.run({ log: { to: 'off' } }, () => {
        viewer = new Listening(0, { print, lane: undefined, colours: false, ...view });
      });
    });
  };

  afterEach(async () => {
    viewer?.ttsc__finish();
    viewer = undefined;
    await ended;
  });

  const runLamps = async (port: number): Promise<unknown> =>
    Quiet.run({ log: { to: 'ip', entries: true, ip: { port, host: '127.0.0.1' } } }, () => {
      new Lamp({ name: 'lamp', logLane: 'cyan' });
      new Lamp({ name: 'other' });
    });

  it('shows the entries of an app that has ended since, to the last one', async () => {
    await runLamps(await open());
    await heard.until(() => shown.length === 3, 'the session and two entries');
    expect(shown[0]).to.include('INFO: session {"project":');
    const [head, ...rest] = shown[1]!.split('\n');
    expect(head).to.match(
      /^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: lamp \[-> on\] ttse__onStart [\d.]+ ms <- tt_main_catalyst$/,
    );
    expect(rest).to.deep.equal(['  | INFO: plugged in {"watts":40}', '  | -- phase 2', '  | queue = 3']);
    expect(shown[2]).to.include('other');
  });

  it('is a program that listens until it is told to end', async function () {
    this.timeout(30_000);
    const program = new Program(new URL('../../dist/examples/log-viewer/server.js', import.meta.url), ['0', 'cyan']);
    const line = await program.wrote(/waits for logs on 127\.0\.0\.1 port \d+/);
    await runLamps(Number(/\d+$/.exec(line)![0]));
    await program.wrote('  | INFO: plugged in {"watts":40}');
    program.signal('SIGTERM');
    const { code, out, err } = await program.exit();
    expect({ code, err }).to.deep.equal({ code: 0, err: '' });
    expect(out.join('\n')).to.include('lamp').and.not.include('other');
  });

  it('shows one lane, where that is asked for', async () => {
    await runLamps(await open({ lane: 'cyan' }));
    await heard.until(() => shown.length > 0, 'an entry');
    expect(shown).to.have.length(1);
    expect(shown[0]).to.include('lamp');
  });

  it('shows what is no JSON as it is, without what would steer the terminal', async () => {
    const port = await open();
    const peer = connect(port, '127.0.0.1');
    peer.end('hello \u001b[2J\u0007\n{"msg":"\\u001b]0;title\\u0007","lines":5}\n[1]\nnull\n');
    await heard.until(() => shown.length === 4, 'four lines');
    expect(shown[0]).to.equal('hello \\x1b[2J\\x07');
    expect(shown.join('')).not.to.match(/[\u0007\u001b]/); // eslint-disable-line no-control-regex -- looked for
  });

  it('cuts off who sends a line without end, and goes on', async () => {
    const port = await open();
    const peer = connect(port, '127.0.0.1').on('error', () => {});
    const closed = new Promise((resolve) => peer.on('close', resolve));
    peer.write('x'.repeat(2 * 1024 * 1024));
    await closed;
    connect(port, '127.0.0.1').end('still there\n');
    await heard.until(() => shown.length === 1, 'a line');
    expect(shown).to.deep.equal(['still there']);
  });
});
