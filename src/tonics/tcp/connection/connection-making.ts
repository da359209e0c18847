import type { AnyTonic } from '../../../core/any-tonic.js';
import { fail } from '../../../core/errors.js';
import { makeInfusion } from '../../make-infusion.js';
import { type Adoption, adopt } from '../server/adoption.js';
import { TcpConnection } from './tcp-connection.js';

/** That no connection could be made: its protocol threw. */
export interface NotMade {
  readonly error: Error;
  /** The Tonic of the connection, where it was there before the throw: it hears that it is closed. */
  readonly connection: TcpConnection<string> | undefined;
}

/**
 * Makes the Tonic of a connection, in a sparkle of the server or client. Where that throws it is logged, the connection is reset, and all
 * that was infused finishes: a bad connection is no reason for its maker to fail.
 */
export function makeConnection(
  maker: AnyTonic,
  given: Adoption,
  make: () => TcpConnection<string>,
): TcpConnection<string> | NotMade {
  const result = makeInfusion(maker, '_ttss__accept', () => {
    const made = adopt(given, make);
    // Another one, that a function made before or that opens its own: nobody would have this socket.
    if (made._ttChannel !== given.channel)
      throw fail('TT_BAD_PROTOCOL', { class: maker._ttPlan.className, base: 'TcpConnection' });
    return made;
  });
  if (result instanceof TcpConnection) return result as TcpConnection<string>;
  const { error, infused } = result;
  const connection = infused.find(
    (infusion) => infusion instanceof TcpConnection && infusion._ttChannel === given.channel,
  ) as TcpConnection<string> | undefined;
  if (connection === undefined) given.channel?.close(true);
  else connection._ttAbort('error', error);
  for (const infusion of infused) infusion.ttsc__finish();
  return { error, connection };
}
