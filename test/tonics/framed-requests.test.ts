import { expect } from 'chai';
import { TcpClient, TcpConnection } from '../../src/index.js';
import { jsonLines, lines } from '../../src/framing/index.js';
import { Heard } from '../support/heard.js';
import { serve, tidyUp } from '../support/net-app.js';

afterEach(tidyUp);

class Upper extends TcpConnection.with({ framing: lines() }) {
  override ttse__onFrame(line: string): void {
    if (line === 'news') this.sendFrame('+breaking');
    this.sendFrame(line.toUpperCase());
  }
}

describe('a request of a connection with a framing', () => {
  it('is sent as a frame, also before there is a connection, and frames are its answers before they are onFrame', async () => {
    class Client extends TcpClient.with({ framing: lines() }) {
      readonly heard = new Heard();
      ttse__onStart(): void {
        for (const what of ['a', 'b', 'c']) this.request(what, this.ttse__onAnswer);
        this.sendFrame('nobody asks');
      }
      ttse__onAnswer(line: string): void {
        this.heard.push('answer', line);
      }
      override ttse__onFrame(line: string): void {
        this.heard.push('frame', line);
      }
    }
    const app = await serve(() => new Upper());
    const client = await app.app.inside(() => new Client({ host: '127.0.0.1', port: app.port }));
    await client.heard.on('frame');
    expect(client.heard.events.map(({ name, args }) => [name, ...args])).to.deep.equal([
      ['answer', 'A'],
      ['answer', 'B'],
      ['answer', 'C'],
      ['frame', 'NOBODY ASKS'],
    ]);
  });

  it('has its answer heard in its place among the frames, where answers have keys', async () => {
    class Client extends TcpClient.with({ framing: lines() }) {
      readonly heard = new Heard();
      ttse__onConnected(): void {
        this.request('x', this.ttse__onAnswer, { key: 'X' });
        this.request('news', this.ttse__onAnswer, { key: 'NEWS' });
        this.request('y', this.ttse__onAnswer, { key: 'Y' });
      }
      protected override answerKey(line: string): string | false {
        return line.startsWith('+') ? false : line;
      }
      ttse__onAnswer(line: string): void {
        this.heard.push('answer', line);
      }
      override ttse__onFrame(line: string): void {
        this.heard.push('frame', line);
      }
    }
    const app = await serve(() => new Upper());
    const client = await app.app.inside(() => new Client({ host: '127.0.0.1', port: app.port }));
    await client.heard.until(() => client.heard.events.length === 4, 'all of them');
    expect(client.heard.events.map(({ args }) => args[0] as string)).to.deep.equal(['X', '+breaking', 'NEWS', 'Y']);
  });

  it('fails the Tonic whose answerKey throws, and loses no other', async () => {
    class Client extends TcpClient.with({ framing: jsonLines() }) {
      readonly heard = new Heard();
      ttse__onConnected(): void {
        this.request(1, this.ttse__onAnswer);
      }
      protected override answerKey(): never {
        throw new Error('no key');
      }
      ttse__onAnswer(): void {
        this.heard.push('answer');
      }
      ttse__onFailure({ message }: Error): void {
        this.heard.push('failure', message);
        this.ttsc__close();
      }
    }
    class Echo extends TcpConnection.with({ framing: jsonLines() }) {
      override ttse__onFrame(value: unknown): void {
        this.sendFrame(value);
      }
    }
    const app = await serve(() => new Echo());
    const client = await app.app.inside(() => new Client({ host: '127.0.0.1', port: app.port }));
    expect(await client.heard.on('failure')).to.deep.equal(['no key']);
    expect(client.heard.all('answer')).to.deep.equal([]);
  });
});
