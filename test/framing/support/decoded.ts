import { TaskTonicError } from '../../../src/index.js';
import type { Decoder, Framing } from '../../../src/framing/index.js';

/** All frames that can be taken now. */
export function framesOf<Frame>(decoder: Decoder<Frame>): Frame[] {
  const frames: Frame[] = [];
  for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) frames.push(frame);
  return frames;
}

/** The frames of a stream that has ended. */
export function decoded<Frame>(framing: Framing<Frame, never>, stream: string | Uint8Array): Frame[] {
  const decoder = framing.decoder();
  decoder.push(Buffer.from(stream));
  decoder.end();
  return framesOf(decoder);
}

/** The error that is thrown. */
export function errorOf(what: () => unknown): TaskTonicError | undefined {
  try {
    what();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof TaskTonicError) return thrown;
    throw thrown;
  }
}

export function codeOf(what: () => unknown): string | undefined {
  return errorOf(what)?.code;
}
