import { expect } from 'chai';
import { type AnyTonic, Reply, type Sendable, type SendResult } from '../../../../../src/index.js';
import { type ReplyTo, runAs } from '../../../../doors/core.js';
import { Replies } from '../../../../doors/tonics.js';

/** Replies whose connection is a list. */
class Listed extends Replies {
  readonly sent: string[] = [];
  readonly refused: string[] = [];
  readonly orders: (() => void)[] = [];
  full = false;
  protected override leave(data: Sendable): SendResult {
    this.sent.push(String(data));
    return 'sent';
  }
  protected override mayWait(size: number): boolean {
    if (this.full) this.refuse(size, 'it is full');
    return !this.full;
  }
  protected override waits(): void {}
  protected override moved(): void {}
  protected override counted(): void {}
  protected override left(): void {
    this.sent.push('|');
  }
  protected override over(): void {
    this.sent.push('over');
  }
  protected override failed(error: unknown): void {
    this.sent.push(`failed: ${String(error)}`);
    this.lose();
  }
  protected override run(action: () => void): void {
    action();
  }
  override readonly owner = {} as AnyTonic;
  override refuse(size: number, why: string): SendResult {
    this.refused.push(`${size}: ${why}`);
    return 'refused';
  }
  override later(step: () => void): void {
    this.orders.push(step);
  }
  reply(): Reply {
    return new Reply(this.take());
  }
}

/** As in a sparkle of somebody. */
function scene(body: (replies: Listed) => void): Listed {
  const replies = new Listed();
  runAs({} as AnyTonic, () => body(replies));
  return replies;
}

describe('replies in order', () => {
  it('leave in the order in which they were opened, whichever is ready first', () => {
    const { sent } = scene((replies) => {
      const [a, b, c] = [replies.reply(), replies.reply(), replies.reply()];
      c.end('c');
      expect(b.send('b1')).to.equal('waiting');
      b.end('b2');
      expect(a.send('a1')).to.equal('sent');
      a.end('a2');
    });
    expect(sent.join('')).to.equal('a1a2|b1b2|c|over');
  });

  it('let the next one send at once as soon as it is the oldest', () => {
    const { sent } = scene((replies) => {
      const [a, b] = [replies.reply(), replies.reply()];
      b.send('b1');
      a.end();
      expect(b.send('b2')).to.equal('sent');
    });
    expect(sent.join('')).to.equal('|b1b2');
  });

  it('keep what is sent between them in its place', () => {
    const { sent } = scene((replies) => {
      const a = replies.reply();
      replies.sendBehind('x');
      replies.sendBehind('y');
      replies.reply().end('b');
      replies.sendBehind('z');
      a.end('a');
    });
    expect(sent.join('')).to.equal('a|xyb|zover');
  });

  it('count the bytes that wait, and no others', () => {
    scene((replies) => {
      const [a, b] = [replies.reply(), replies.reply()];
      a.send('123');
      b.send('four');
      replies.sendBehind(['12', Buffer.from('345')]);
      expect([replies.bytes, replies.count, replies.open]).to.deep.equal([9, 2, 2]);
      a.end();
      expect([replies.bytes, replies.count]).to.deep.equal([5, 1]);
      b.end();
      expect([replies.bytes, replies.count]).to.deep.equal([0, 0]);
    });
  });

  it('do at its place what is to be done there, and send there what that sends', () => {
    const { sent } = scene((replies) => {
      const a = replies.reply();
      replies.act(() => {
        replies.sendBehind('in it');
        replies.act(() => replies.sendBehind('!'));
      });
      replies.sendBehind('after');
      a.end('a');
    });
    expect(sent.join(' ')).to.equal('a | in it ! after over');
  });

  it('refuse what comes behind an end', () => {
    const { refused } = scene((replies) => {
      replies.reply();
      replies.act(() => {}, 'end');
      expect(replies.sendBehind('late')).to.equal('refused');
    });
    expect(refused).to.deep.equal(['4: the connection is closing']);
  });

  it('refuse what is sent after their end, and take a second end without a word', () => {
    const { refused, sent } = scene((replies) => {
      const a = replies.reply();
      a.end('a');
      a.end();
      expect([a.open, a.send('more')]).to.deep.equal([false, 'refused']);
      a.end('last');
      a.fail(new Error('too late'));
    });
    expect(refused).to.deep.equal(['4: its reply has ended', '4: its reply has ended']);
    expect(sent.join('')).to.equal('a|over');
  });

  it('refuse what is sent after the end of their connection', () => {
    const { refused } = scene((replies) => {
      const [a, b] = [replies.reply(), replies.reply()];
      b.send('lost');
      expect(replies.lose()).to.deep.equal({ bytes: 4, truncated: true });
      expect([a.open, a.send('x')]).to.deep.equal([false, 'refused']);
      b.end();
    });
    expect(refused).to.deep.equal(['1: its connection has ended']);
  });

  it('tell whether what has left is a part of something', () => {
    scene((replies) => {
      replies.reply().send('a part');
      expect(replies.lose()).to.deep.equal({ bytes: 0, truncated: true });
    });
    scene((replies) => {
      replies.reply();
      expect(replies.lose()).to.deep.equal({ bytes: 0, truncated: false });
    });
  });

  it('fail at their place: what is before them leaves, and nothing behind', () => {
    const { sent } = scene((replies) => {
      const [a, b, c] = [replies.reply(), replies.reply(), replies.reply()];
      c.end('c');
      b.fail('no answer');
      expect([a.open, b.open]).to.deep.equal([true, false]);
      a.end('a');
    });
    expect(sent).to.deep.equal(['a', '|', 'failed: no answer', '|', '|']);
  });

  it('fail where their last bytes are refused', () => {
    const { sent } = scene((replies) => {
      const [a, b] = [replies.reply(), replies.reply()];
      replies.full = true;
      b.end('too much');
      a.end('a');
    });
    expect(sent[2]).to.equal('failed: Error: its last bytes were refused');
  });

  it('say whether the oldest one needs input', () => {
    scene((replies) => {
      const [a, b] = [replies.reply(), replies.reply().needsInput()];
      expect(replies.needsInput).to.equal(false);
      a.end();
      expect(replies.needsInput).to.equal(true);
      b.end();
      expect(replies.needsInput).to.equal(false);
    });
  });

  it('take what comes from outside of any sparkle as an order', () => {
    const replies = new Listed();
    const place: ReplyTo = replies.take();
    const reply = new Reply(place);
    expect(reply.send('a')).to.equal('waiting');
    reply.end('b');
    expect(replies.sent).to.deep.equal([]);
    runAs({} as AnyTonic, () => {
      for (const order of replies.orders) order();
    });
    expect(replies.sent.join('')).to.equal('ab|over');
  });

  it('go on however many have left', () => {
    scene((replies) => {
      const last = replies.reply();
      let before = last;
      for (let n = 0; n < 100_000; n++) {
        const next = replies.reply();
        before.end('x');
        before = next;
      }
      expect(replies.count).to.equal(1);
      before.end();
      expect(replies.sent.at(-1)).to.equal('over');
    });
  });

  it('refuse what is no data, and have not ended by that', () => {
    scene((replies) => {
      const a = replies.reply();
      expect(() => a.end(7 as never)).to.throw('Only strings');
      expect(a.open).to.equal(true);
    });
  });
});

describe('a reply that hears an answer', () => {
  it('makes bytes of it, or of the error', () => {
    const { sent } = scene((replies) => {
      const made = (): ReturnType<Reply['as']> =>
        replies.reply().as(
          (value) => `value ${String(value)} `,
          ({ message }) => `error ${message} `,
        );
      const [a, b] = [made(), made()];
      a.end(42);
      b.fail(new Error('none'));
    });
    expect(sent.join('')).to.equal('value 42 |error none |over');
  });

  it('fails with the error where nothing makes bytes of it', () => {
    const { sent } = scene((replies) => replies.reply().as(String).fail(new Error('none')));
    expect(sent[0]).to.equal('failed: Error: none');
  });

  it('fails where what makes the bytes throws, and lets that be thrown', () => {
    const { sent } = scene((replies) => {
      const hears = replies.reply().as(() => {
        throw new RangeError('on purpose');
      });
      expect(() => hears.end(1 as never)).to.throw('on purpose');
    });
    expect(sent[0]).to.equal('failed: RangeError: on purpose');
  });
});
