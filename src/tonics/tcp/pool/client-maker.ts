import { badOption } from '../../../core/options/option-problem.js';
import { Plan } from '../../../core/plan/plan.js';
import { TcpClient } from '../client/tcp-client.js';
import type { PooledClient } from './pool-options.js';

/**
 * The option `client` as a function.
 * @throws {TaskTonicError} `TT_BAD_OPTION` for a class of something else; and what is wrong with the names of a class.
 */
export function clientMaker(client: PooledClient, className: string): () => unknown {
  if (client.prototype instanceof TcpClient) {
    const ClientClass = client as new () => TcpClient<string>;
    // What is wrong with its names is told here, and not with the first request.
    Plan.of(ClientClass);
    return () => new ClientClass();
  }
  const isClass = Object.getOwnPropertyDescriptor(client, 'prototype')?.writable === false;
  if (isClass)
    throw badOption(
      className,
      'client',
      'it is a class that does not extend TcpClient, or TcpClient itself: that needs options',
    );
  return client as () => unknown;
}
