import { expect } from 'chai';
import type { ErrorCode, Remote, RemoteHandle } from '../../src/index.js';
import type { Links } from '../doors/links.js';
import { type App, startApp } from '../support/app.js';
import { expectCode, expectThrow } from '../support/errors.js';
import { AskMain } from './thread/programs/ask-main.js';
import { Answerer, type Part } from './thread/programs/ask-threads.js';

const LONG = { timeout: 60_000 };

describe('a question to another thread', function () {
  this.timeout(60_000);
  let app: App;
  let main: AskMain;
  let one: Remote<Answerer>;
  let two: Remote<Answerer>;

  before('start threads', async () => {
    app = await startApp(() => (main = new AskMain()), { clock: 'real' });
    [one, two] = await main.inSparkle(
      () => [Answerer.spawn({ name: 'one' }), Answerer.spawn({ name: 'two' })] as const,
    );
    for (const thread of [one, two]) await answered(thread, 'ttsc__double', [1]);
  });
  beforeEach(() => void (main.heard.events.length = 0));
  after(async () => app.finish());

  const links = (): Links => app.main.runtime.threads as Links;
  const asks = async (to: RemoteHandle, key: string, args: readonly unknown[] = [], options = LONG) =>
    main.inSparkle(() => main.asks(to, key, args, options));

  async function answered(to: RemoteHandle, key: string, args: readonly unknown[] = []): Promise<readonly any[]> {
    const before = main.heard.count('answer');
    await asks(to, key, args);
    await main.patiently(() => main.heard.count('answer') > before, 'the answer');
    return main.heard.all('answer').at(-1)!;
  }

  async function unanswered(code: ErrorCode): Promise<Error> {
    await main.patiently(() => main.heard.count('no answer') > 0, 'that there is no answer');
    const [error] = main.heard.all('no answer')[0]!;
    expect(main.heard.count('answer')).to.equal(0);
    return expectCode(error, code);
  }

  async function newThread(name: string): Promise<Remote<Answerer>> {
    const thread = await main.inSparkle(() => Answerer.spawn({ name }));
    await answered(thread, 'ttsc__double', [1]);
    main.heard.events.length = 0;
    return thread;
  }

  it('is answered with the question and who answered', async () => {
    const question = await asks(one, 'ttsc__double', [21]);
    const [value, about, source] = await main.heard.on('answer');
    expect(value).to.equal(42);
    expect(about).to.equal(question);
    expect(source).to.equal(one);
    expect(question.to).to.equal(one);
  });

  it('is answered with anything that crosses', async () => {
    const [bytes] = await answered(one, 'ttsc__bytes');
    expect(bytes).to.be.instanceOf(Buffer);
    expect(String(bytes)).to.equal('bytes');
  });

  it('is answered by a Tonic of that thread which its answer has brought', async () => {
    const [part] = (await answered(one, 'ttsc__makePart')) as [Remote<Part>];
    const [name] = await answered(part, 'ttsc__name');
    expect(part.name).to.equal(`${one.name}/${name as string}`);
  });

  it('may be put from there to the main thread, and to a third one', async () => {
    one.ttsc__askBase('abc');
    const [value, to, source] = await main.heard.on('asked');
    expect(value).to.equal('a-b-c');
    expect([to, source]).to.deep.equal([main, main]);
    one.ttsc__askThat(two, 5);
    expect((await main.heard.on('asked', 2)).slice(0, 2)).to.deep.equal([10, two]);
  });

  it('keeps its place among the calls of the sparkle', async () => {
    await asks(one, 'ttsc__keep');
    main.heard.events.length = 0;
    await main.inSparkle(() => {
      one.ttsc__giveKept('before');
      main.asks(one, 'ttsc__double', [1]);
      main.asks(one, 'ttsc__keep');
      one.ttsc__giveKept('after');
    });
    await main.patiently(() => main.heard.count('answer') === 3, 'the answers');
    expect(main.heard.all('answer').map(([value]) => value)).to.deep.equal(['before', 2, 'after']);
  });

  it('without .then is not put, and fails its asker', async () => {
    await main.inSparkle(() => void main['ask'](one).ttsc__keep());
    expectCode((await main.heard.on('onFailure'))[0], 'TT_ASK_THEN');
    await answered(one, 'ttsc__double', [1]);
    expect(main.heard.count('kept')).to.equal(0);
  });

  it('may be handed on to a third thread, which answers', async () => {
    const [value] = await answered(one, 'ttsc__handOn', [two, 8]);
    expect(value).to.equal(16);
  });

  it('may be answered later, out of order with others', async () => {
    await asks(one, 'ttsc__keep');
    await main.heard.on('kept');
    await answered(one, 'ttsc__double', [1]);
    one.ttsc__giveKept('late');
    const [value] = await main.heard.on('answer', 2);
    expect(value).to.equal('late');
  });

  it('is answered once', async () => {
    await answered(one, 'ttsc__twice');
    await answered(one, 'ttsc__double', [1]);
    expect(main.heard.all('answer').map(([value]) => value as unknown)).to.deep.equal(['first', 2]);
  });

  it('may be refused: the error arrives as it was', async () => {
    await asks(one, 'ttsc__refuse');
    const [error] = await main.heard.on('no answer');
    expect(error).to.be.instanceOf(TypeError).and.to.include({ message: 'refused', code: 'REFUSED' });
  });

  it('fails where its sparkle throws, with the throw as the cause', async () => {
    await asks(one, 'ttsc__throw');
    const { cause } = await unanswered('TT_ASK_FAILED');
    expect(cause).to.be.instanceOf(RangeError).with.property('message', 'over there');
  });

  it('fails where its answer cannot cross', async () => {
    await asks(one, 'ttsc__symbol');
    const { cause } = await unanswered('TT_ASK_FAILED');
    expectCode(cause, 'TT_NOT_TRANSFERABLE');
  });

  it('fails at once where no body hears it in the state that holds', async () => {
    await asks(one, 'ttsc__onlyShut');
    await unanswered('TT_ASK_UNHEARD');
  });

  it('for an unknown sparkle is refused at the call if the class is known, otherwise by the thread', async () => {
    await main.inSparkle(() => expectThrow(() => main.asks(one, 'ttsc__duoble'), 'TT_UNKNOWN_SPARKLE'));
    const [part] = (await answered(one, 'ttsc__makePart')) as [Remote<Part>];
    main.heard.events.length = 0;
    await asks(part, 'ttsc__nmae');
    await unanswered('TT_UNKNOWN_SPARKLE');
  });

  it('with an argument that cannot cross is refused at the call, and leaves nothing', async () => {
    const before = links().to(one.thread).callbacks;
    await main.inSparkle(() => expectThrow(() => main.asks(one, 'ttsc__double', [Symbol('x')]), 'TT_NOT_TRANSFERABLE'));
    expect(main.questions.open).to.equal(0);
    expect(links().to(one.thread).callbacks).to.equal(before);
  });

  it('ends after its timeout; the answer that comes then is counted', async () => {
    await asks(one, 'ttsc__keep', [], { timeout: 1 });
    await unanswered('TT_ASK_TIMEOUT');
    const { late } = main.questions;
    one.ttsc__giveKept('late');
    await answered(one, 'ttsc__double', [1]);
    expect(main.questions.late).to.equal(late + 1);
    expect(main.heard.count('answer')).to.equal(1);
  });

  it('fails when nobody over there keeps its Answer any more', async () => {
    await asks(one, 'ttsc__letGo');
    for (let n = 1; n < 100 && main.heard.count('no answer') === 0; n++) {
      one.ttsc__collectGarbage();
      await main.heard.on('collected', n);
    }
    await unanswered('TT_ASK_UNANSWERED');
  });

  it('goes on while somebody over there keeps it, however much garbage is collected', async () => {
    await asks(one, 'ttsc__keep');
    for (let n = 1; n < 6; n++) {
      one.ttsc__collectGarbage();
      await main.heard.on('collected', n);
    }
    one.ttsc__giveKept('kept');
    const [value] = await main.heard.on('answer');
    expect(value).to.equal('kept');
  });

  it('leaves nothing behind in the link once it was answered', async () => {
    const before = links().to(one.thread).callbacks;
    for (let n = 0; n < 100; n++) await asks(one, 'ttsc__double', [n]);
    await main.heard.on('answer', 100);
    expect(links().to(one.thread).callbacks).to.be.at.most(before);
    expect(main.questions.open).to.equal(0);
  });

  describe('whose other side ends', () => {
    it('fails when that Tonic finishes', async () => {
      const [part] = (await answered(one, 'ttsc__makePart')) as [Remote<Part>];
      main.heard.events.length = 0;
      await asks(part, 'ttsc__keep');
      await main.heard.on('kept');
      one.ttsc__dropPart();
      await unanswered('TT_ASK_GONE');
    });

    it('fails where it had finished before', async () => {
      const three = await newThread('three');
      three.ttsc__finish();
      await main.patiently(() => three.finished, 'its end');
      main.heard.events.length = 0;
      await asks(three, 'ttsc__double', [1]);
      await unanswered('TT_ASK_GONE');
    });

    it('fails when the thread finishes, and when it dies', async () => {
      for (const end of ['ttsc__finish', 'ttsc__exit'] as const) {
        const thread = await newThread(`ends by ${end}`);
        await asks(thread, 'ttsc__keep');
        await main.heard.on('kept');
        thread[end]();
        await unanswered('TT_ASK_GONE');
        main.heard.events.length = 0;
      }
    });

    it('fails where the thread dies that the Answer was handed on to', async () => {
      const thread = await newThread('dies with the Answer');
      await asks(one, 'ttsc__handOnToKeep', [thread]);
      await main.heard.on('kept');
      thread.ttsc__exit();
      await unanswered('TT_ASK_GONE');
    });
  });
});
