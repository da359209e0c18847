import { expect } from 'chai';
import type { TaskTonicError } from '../../src/index.js';
import { custom, type Decoder, type Framing, lengthPrefixed, lines } from '../../src/framing/index.js';
import { checkFraming } from '../../src/testing/index.js';

const FRAMES = ['one', '', 'three and more'];

/** A framing whose decoders are not quite what they should be. */
function spoilt(changes: (decoder: Decoder<string>) => Partial<Decoder<string>>, framing = lines()): Framing<string> {
  return {
    ...framing,
    decoder: () => {
      const decoder = framing.decoder();
      const changed = changes(decoder);
      return new Proxy(decoder, {
        get: (target, key) => {
          const value: unknown =
            key in changed ? changed[key as keyof Decoder<string>] : Reflect.get(target, key, target);
          return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        },
      });
    },
  };
}

/** What it says of a framing. */
function problemOf<Sent>(framing: Framing<unknown, Sent>, frames: readonly NoInfer<Sent>[]): string {
  try {
    checkFraming(framing, frames);
  } catch (thrown) {
    expect((thrown as TaskTonicError).code).to.equal('TT_BAD_FRAMING');
    return (thrown as Error).message;
  }
  return 'none';
}

describe('checkFraming()', () => {
  it('says nothing of one that holds what it promises', () => {
    expect(problemOf(lines(), FRAMES)).to.equal('none');
    expect(problemOf(lines(), [])).to.equal('none');
  });

  it('finds one that takes each chunk for a frame', () => {
    const chunks = spoilt(() => {
      const waiting: string[] = [];
      return {
        push: (chunk) => void (chunk.length > 0 && waiting.push(String(chunk).trim())),
        next: () => waiting.shift(),
      };
    });
    expect(problemOf(chunks, ['one'])).to.match(/cut at byte 1: frame 1 came as 'o' instead of 'one'/);
  });

  it('finds one that looks at the chunk that came last only', () => {
    const forgetful = spoilt((decoder) => ({
      push: (chunk) => {
        decoder.takeBuffered();
        decoder.push(chunk);
      },
    }));
    expect(problemOf(forgetful, ['one'])).to.match(/frame 1 came as/);
  });

  it('finds one that writes what it reads as something else', () => {
    const framing = custom<string>({ size: () => 1, read: String, write: (text) => text });
    expect(problemOf(framing, ['ab'])).to.match(
      /whole.*(more frames than were encoded|frame 1 came as 'a' instead of 'ab')/,
    );
  });

  it('finds one that does not know its place', () => {
    expect(
      problemOf(
        spoilt(() => ({ place: 0 })),
        FRAMES,
      ),
    ).to.match(/after 1 frames it is at byte 0/);
    const loses = spoilt((decoder) => ({ takeBuffered: () => decoder.takeBuffered().subarray(1) }));
    expect(problemOf(loses, FRAMES)).to.match(/takeBuffered\(\) gave other bytes/);
  });

  it('finds one that does not tell of a stream that ends early', () => {
    expect(
      problemOf(
        spoilt(() => ({ end: () => undefined })),
        FRAMES,
      ),
    ).to.match(/told no error in the end/);
  });

  it('finds one that makes a frame of half of it', () => {
    expect(problemOf(lines({ lastWithoutEnd: true }), FRAMES)).to.match(/of the first 1 bytes: frame 1 came as/);
  });

  it('finds one that throws something else for random bytes', () => {
    const framing = spoilt((decoder) => ({
      next: () => {
        const line = decoder.next();
        return line === undefined ? line : (JSON.parse(line) as string);
      },
    }));
    const json = { ...framing, encode: (value: string) => lines().encode(JSON.stringify(value)) };
    expect(problemOf(json, FRAMES)).to.match(/it threw SyntaxError/);
  });

  it('finds one that keeps whatever comes', () => {
    const framing = lines({ max: 2_000_000 });
    expect(problemOf({ ...framing, max: 3_000 }, FRAMES)).to.match(/it keeps \d+, and "max" is 3000/);
  });

  it('finds one that makes frames of nothing', () => {
    const endless = spoilt((decoder) => ({ next: () => decoder.next() ?? '' }));
    expect(problemOf(endless, FRAMES)).to.match(/more frames/);
  });

  it('takes a text for the bytes that it stands for', () => {
    expect(problemOf(lengthPrefixed(), ['é', Uint8Array.of(1)])).to.equal('none');
  });
});
