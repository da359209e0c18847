import * as v from 'valibot';
import { type TaskTonicError, toError } from '../../../core/errors.js';
import { OptionCheck } from '../../../core/options/option-check.js';
import { framingOption } from '../../../framing/framing-option.js';
import { aSparkle, bytes, checkOption } from '../../../core/options/option-schema.js';
import type { Framing } from '../../../framing/framing.js';
import { ExchangeSparkle } from '../exchange-sparkle.js';
import { BodyFrames } from './body-frames.js';
import type { BodyOwner } from './body-owner.js';
import { jsonOf, textOf } from './body-text.js';
import { WholeBody } from './whole-body.js';

/** The type of a sparkle is checked by the method that takes it. */
type AnySparkle = (...args: never[]) => void;

export const bodySchema = v.strictObject({
  /** The most bytes that it may have. */
  limit: v.optional(bytes(0), 1_048_576),
  /**
   * A sparkle that gets the error if the body cannot be read, and answers. Without it the peer gets 413, 415 or 400.
   */
  onError: v.optional(aSparkle<AnySparkle>()),
});
const bodyCheck = OptionCheck.of(bodySchema);

export const framesSchema = v.strictObject({
  /** The most bytes that all of them may have. Default: no bound; each frame has that of its framing. */
  limit: v.optional(bytes(0), Infinity),
  /**
   * A sparkle that gets the error, and answers. After a bad frame it continues if the start of the next one is known.
   * Without it the peer gets 413 or 400.
   */
  onError: v.optional(aSparkle<AnySparkle>()),
  /** A sparkle that is called after the last frame. */
  onEnd: v.optional(aSparkle<AnySparkle>()),
});
const framesCheck = OptionCheck.of(framesSchema);

/** The options for reading a body. */
type BodySettings = Readonly<v.InferInput<typeof bodySchema>>;
type FramesSettings = Readonly<v.InferInput<typeof framesSchema>>;

export function readBody(exchange: BodyOwner, sparkle: ExchangeSparkle, options: BodySettings): void {
  read(exchange, sparkle, options, (body) => body);
}

export function readText(exchange: BodyOwner, sparkle: ExchangeSparkle, options: BodySettings): void {
  read(exchange, sparkle, options, (body) => textOf(body, exchange.headers, exchange.toString()));
}

export function readJson(exchange: BodyOwner, sparkle: ExchangeSparkle, options: BodySettings): void {
  read(exchange, sparkle, options, (body) => jsonOf(body, exchange.headers, exchange.toString()));
}

function read(
  exchange: BodyOwner,
  sparkle: ExchangeSparkle,
  options: BodySettings,
  made: (body: Buffer) => unknown,
): void {
  bodyCheck.check(options, 'readBody()');
  const { limit = bodySchema.entries.limit.default, onError } = options;
  const error = onError && ExchangeSparkle.of(onError, 'onError');
  const failed = (why: TaskTonicError): void => reportFailure(exchange, error, why);
  const whole = (body: Buffer): void => {
    let value: unknown;
    try {
      value = made(body);
    } catch (thrown) {
      return failed(toError(thrown) as TaskTonicError);
    }
    return sparkle.call(value, exchange);
  };
  new WholeBody(exchange._ttTakeBody(), exchange.toString(), limit, { whole, failed });
}

function reportFailure(exchange: BodyOwner, sparkle: ExchangeSparkle | undefined, error: TaskTonicError): void {
  if (sparkle !== undefined) sparkle.call(error, exchange);
  // If the peer is gone, no answer can be sent.
  else if (exchange.open) exchange.fail(error);
}

export function readFrames(
  exchange: BodyOwner,
  framing: Framing<unknown, never>,
  onFrame: ExchangeSparkle,
  options: FramesSettings,
): BodyFrames {
  checkOption(framingOption, framing, 'readFrames()', 'framing');
  framesCheck.check(options, 'readFrames()');
  const { limit = Infinity, onError, onEnd } = options;
  const sparkles = {
    onFrame,
    onError: onError && ExchangeSparkle.of(onError, 'onError'),
    onEnd: onEnd && ExchangeSparkle.of(onEnd, 'onEnd'),
  };
  return new BodyFrames(exchange, framing as Framing<unknown>, sparkles, limit);
}
