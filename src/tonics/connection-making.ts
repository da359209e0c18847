import type { AnyTonic } from '../core/any-tonic.js';
import { toError } from '../core/errors.js';
import { failureInfo } from '../core/life.js';
import { running } from '../core/running.js';
import { type Adoption, type TcpConnection, adopt } from './tcp-connection.js';

/**
 * Makes the Tonic of a connection, in a sparkle of the server or client. One that cannot be made is logged and closed, with what it had
 * infused: a bad connection is no reason for its maker to fail.
 *
 * @returns the Tonic, or why there is none.
 */
export function makeConnection(
  maker: AnyTonic,
  given: Adoption,
  make: () => TcpConnection<string>,
): TcpConnection<string> | Error {
  const born = running.born?.length ?? 0;
  try {
    return adopt(given, make);
  } catch (thrown) {
    const error = toError(thrown);
    if (given.key === undefined) given.channel?.close(true);
    else given.key.cancel();
    maker._ttScheduler.logs.failure(maker, error, failureInfo('_ttss__accept', maker));
    for (const infusion of running.born?.splice(born) ?? []) infusion.ttsc__finish();
    return error;
  }
}
