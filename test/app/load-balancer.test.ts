import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { expect } from 'chai';
import { onlyWithAll } from '../support/how-many.js';
import { endHaproxies, haproxy, needsHaproxy } from '../support/haproxy.js';
import { Program } from '../support/program.js';
import { onRealSockets } from '../support/stage.js';

const CLIENTS = 8;
/** So many answers of the other one, one after the other, and the balancer has taken this one out: it sends in turn. */
const IN_A_ROW = 30;
const CHECK = 'inter 20ms fall 1 rise 1';
const HEALTH =
  'option httpchk GET /health\n  timeout check 10s\n  http-check expect status 200\n  balance roundrobin\n  retries 0';

/** Asks at a port of this machine; resolves with the answer, or with what went wrong. */
type Ask = (port: number) => Promise<string>;

const overHttp =
  (agent: Agent): Ask =>
  async (port) =>
    new Promise((resolve) => {
      const failed = ({ message }: Error): void => resolve(`failed: ${message}`);
      const request = get({ port, host: '127.0.0.1', path: '/', agent }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('end', () => resolve(response.statusCode === 200 ? text : `failed: ${response.statusCode}`));
        response.on('error', failed);
      });
      request.on('error', failed);
    });

const overTcp: Ask = async (port) =>
  new Promise((resolve) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write('line\n'));
    socket.setEncoding('utf8').on('data', (part: string) => (text += part));
    socket.on('error', ({ message }) => (text = `failed: ${message}`));
    socket.on('close', () => resolve(/^(\w) line\n$/.exec(text)?.[1] ?? (text || 'failed: no answer')));
  });

describe('SIGTERM behind a load balancer', function () {
  this.timeout(60_000);
  const programs: Program[] = [];
  onRealSockets('it is a program of this machine');
  before(function () {
    needsHaproxy(this);
  });
  afterEach(endHaproxies);
  afterEach(() => programs.splice(0).forEach((program) => program.signal('SIGKILL')));

  /** Two of the service: each with the ports of its lines and of its HTTP. */
  const start = async (): Promise<{ program: Program; tcp: string; http: string }[]> => {
    const url = new URL('./programs/behind-balancer.ts', import.meta.url);
    programs.push(new Program(url, ['a']), new Program(url, ['b']));
    return Promise.all(
      programs.map(async (program) => {
        const [, tcp, http] = (await program.wrote(/^listens/)).split(' ');
        return { program, tcp: tcp!, http: http! };
      }),
    );
  };

  for (const { title, mode, ask, agent, all } of [
    { title: 'lines over TCP, with a health port of HTTP', mode: 'tcp', ask: overTcp },
    { title: 'HTTP, a connection a request', mode: 'http', all: true, agent: new Agent({ keepAlive: false }) },
    { title: 'HTTP, on connections that are kept', mode: 'http', agent: new Agent({ keepAlive: true }) },
  ] as { title: string; mode: 'tcp' | 'http'; ask?: Ask; agent?: Agent; all?: boolean }[]) {
    it(`loses no request: ${title}`, async function () {
      if (all === true) onlyWithAll(this, 'the same as over TCP');
      const services = await start();
      const server = services.map(({ tcp, http }) =>
        mode === 'tcp' ? `127.0.0.1:${tcp} check port ${http} ${CHECK}` : `127.0.0.1:${http} check ${CHECK}`,
      );
      const port = await haproxy({ more: `mode ${mode}\n  ${HEALTH}`, server });
      const asks = ask ?? overHttp(agent!);
      const answers: string[] = [];
      let goesOn = true;
      const clients = Array.from({ length: CLIENTS }, async () => {
        while (goesOn) answers.push(await asks(port));
      });
      const until = async (holds: () => boolean): Promise<void> => {
        while (!holds() && !answers.some((answer) => answer.startsWith('failed')))
          await new Promise((resolve) => setImmediate(resolve));
      };
      await until(() => answers.includes('a') && answers.includes('b'));
      const { program } = services[0]!;
      program.signal('SIGTERM');
      await program.wrote('is to end');
      await until(() => answers.length > IN_A_ROW && answers.slice(-IN_A_ROW).every((answer) => answer === 'b'));
      // The delay is longer than any balancer takes: this ends it.
      program.signal('SIGTERM');
      const { code, err } = await program.exit();
      const left = answers.length;
      await until(() => answers.length > left + IN_A_ROW);
      goesOn = false;
      await Promise.all(clients);
      agent?.destroy();
      expect(answers.filter((answer) => answer !== 'a' && answer !== 'b')).to.deep.equal([]);
      expect([code, err]).to.deep.equal([0, '']);
    });
  }
});
