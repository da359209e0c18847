import { expect } from 'chai';
import {
  type Answer,
  Catalyst,
  type Remote,
  type Reply,
  TcpClient,
  TcpConnection,
  TcpServer,
  type TimerInfo,
  TimerSingleShot,
  Tonic,
} from '../../src/index.js';
import { Distiller } from '../../src/testing/index.js';

/** What takes so many seconds. */
class Work extends Tonic {
  readonly #open = new Map<number, [answer: Answer<string>, what: string]>();
  ttsc__do(seconds: string, answer: Answer<string>): void {
    const timer = new TimerSingleShot({ seconds: Number(seconds), name: 'ready' });
    this.#open.set(timer.id, [answer, seconds]);
  }
  ttse__onReady({ id }: TimerInfo): void {
    const [answer, what] = this.#open.get(id)!;
    answer.give(what);
  }
}

/** Answers in a thread of its own, and hands on to another one. */
export class Clerk extends Catalyst {
  static override readonly module = import.meta.url;
  readonly kept: Reply[] = [];
  ttsc__answer(reply: Reply, word: string): void {
    reply.send(`${word} `);
    reply.end(Buffer.from(`by ${this.name}\n`));
    reply.end('twice');
  }
  ttsc__handOn(reply: Reply, to: Remote<Clerk>): void {
    to.ttsc__answer(reply, 'handed on');
  }
  ttsc__inData({ replies }: { replies: Reply[] }): void {
    for (const reply of replies) this.ttsc__answer(reply.needsInput(), 'in data');
  }
  ttsc__refuse(reply: Reply): void {
    reply.fail(new RangeError('no such thing'));
  }
  ttsc__garbage(reply: Reply): void {
    reply.send(7 as never);
  }
}

class Desk extends TcpConnection {
  constructor(
    readonly work: Work,
    readonly clerks: readonly Remote<Clerk>[],
  ) {
    super();
  }
  ttse__onData(data: Buffer): void {
    const [one, two] = this.clerks;
    for (const line of data.toString().trim().split('\n')) {
      if (line === 'clerk') one!.ttsc__answer(this.reply(), 'answered');
      else if (line === 'other clerk') one!.ttsc__handOn(this.reply(), two!);
      else if (line === 'both') one!.ttsc__inData({ replies: [this.reply(), this.reply()] });
      else if (line === 'none') one!.ttsc__refuse(this.reply());
      else if (line === 'garbage') one!.ttsc__garbage(this.reply());
      else if (line === 'ping') this.send('pong\n');
      else
        this.ask(this.work)
          .ttsc__do(line)
          .then(this.reply().as((what) => `${what}\n`));
    }
  }
}

class Peer extends TcpClient {
  text = '';
  constructor(readonly asks: string) {
    super({ host: '127.0.0.1', port: 7_007 });
  }
  ttse__onConnected(): void {
    this.send(this.asks);
  }
  ttse__onData(data: Buffer): void {
    this.text += data.toString();
  }
}

/** What a peer gets for its questions, within so many seconds of virtual time. */
async function answers(questions: string, seconds = 10): Promise<{ text: string; warnings: string }> {
  const distiller = await Distiller.start(undefined, { seed: 1 });
  let clerks: Remote<Clerk>[] = [];
  class Main extends Tonic {
    ttse__onStart(): void {
      const work = new Work();
      clerks = ['one', 'two'].map((name) => Clerk.spawn({ name }));
      new TcpServer({ host: '127.0.0.1', port: 7_007, protocol: () => new Desk(work, clerks) });
    }
  }
  distiller.infuse(() => new Main());
  await distiller.settle();
  const peer = distiller.infuse(() => new Peer(questions));
  await distiller.advance(seconds * 1_000);
  const { text } = peer;
  const warnings = JSON.stringify(distiller.lines.filter(({ level }) => level >= 40));
  await distiller.finish();
  return { text, warnings };
}

describe('pipelined questions whose answers take different times', () => {
  it('are answered in their order', async () => {
    expect((await answers('3\n1\nping\n2\nping\n')).text).to.equal('3\n1\npong\n2\npong\n');
  });

  it('may be answered in other threads', async () => {
    const { text } = await answers('1\nclerk\nother clerk\nping\nboth\nping\n');
    expect(text).to.equal('1\nanswered by one\nhanded on by two\npong\nin data by one\nin data by one\npong\n');
  });

  it('end the connection where another thread says that there is no answer, or sends what is no bytes', async () => {
    for (const [question, why] of [
      ['none', 'no such thing'],
      ['garbage', 'Only strings, Buffers'],
    ]) {
      const { text, warnings } = await answers(`1\n${question!}\nping\n`);
      expect(text).to.equal('1\n');
      expect(warnings).to.include('TT_REPLY_FAILED').and.include(why!);
    }
  });
});
