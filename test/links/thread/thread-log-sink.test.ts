import { expect } from 'chai';
import { ThreadLogSink, threadLogTarget } from '../../doors/links.js';
import { VirtualBench } from '../../support/bench.js';
import { NOON } from '../../support/app.js';

describe('the lines of a thread on their way to the main one', () => {
  const opened = (most: number): { sent: string[]; sink: ThreadLogSink } => {
    const sent: string[] = [];
    return { sent, sink: new ThreadLogSink((line) => sent.push(line), new VirtualBench().clock, most) };
  };
  const droppedIn = (line: string | undefined): unknown => JSON.parse(line!);

  it('are sent as they come, while the main thread keeps up', () => {
    const { sent, sink } = opened(10);
    for (const line of ['aaaa\n', 'bbbb\n', 'cccc\n', 'dddd\n']) {
      sink.write(line);
      sink.written(line.length);
    }
    expect(sent).to.deep.equal(['aaaa\n', 'bbbb\n', 'cccc\n', 'dddd\n']);
  });

  it('are dropped beyond the bound; when there is room again, a line tells how many, in their place', () => {
    const { sent, sink } = opened(10);
    for (const line of ['aaaa\n', 'bbbb\n', 'cccc\n', 'dddd\n']) sink.write(line);
    expect(sent).to.deep.equal(['aaaa\n', 'bbbb\n']);
    sink.written(5);
    sink.write('eeee\n');
    expect(droppedIn(sent[2])).to.include({ level: 40, time: NOON, dropped: 2 });
    expect(sent[3]).to.equal('eeee\n');
    sink.close();
    expect(sent).to.have.length(4);
  });

  it('are counted at the end as well', () => {
    const { sent, sink } = opened(10);
    for (const line of ['aaaa\n', 'bbbb\n', 'cccc\n']) sink.write(line);
    sink.close();
    expect(droppedIn(sent[2])).to.include({ dropped: 1 });
  });

  it('may be one that is longer than the bound, where nothing else is on its way', () => {
    const { sent, sink } = opened(10);
    sink.write('x'.repeat(50));
    sink.write('y');
    expect(sent).to.deep.equal(['x'.repeat(50)]);
    // More than it has sent: another sink sent it before.
    sink.written(1_000);
    sink.write('z');
    expect(sent.at(-1)).to.equal('z');
    sink.write('too long now');
    expect(sent.at(-1)).to.equal('z');
  });
});

describe('a thread', () => {
  it('sends its log to the main thread, wherever that goes: one thread alone writes to standard output', () => {
    const targets = ['screen', 'json', 'off', 'ip', 'stream', 'blackBox', 'main'].map(threadLogTarget);
    expect(targets).to.deep.equal(['main', 'main', 'off', 'main', 'main', 'main', 'main']);
  });
});
