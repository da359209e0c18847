import { type TaskTonicError, fail } from '../../core/errors.js';
import type { DatagramChannel } from '../../selector/network.js';
import type { Membership } from './udp-backlog.js';

/** What the system means by it here. ip(7), ipv6(7). */
const WHY: Readonly<Record<string, string>> = {
  EINVAL: 'no such group or interface can exist',
  ENODEV: 'this machine has no such interface',
  EADDRNOTAVAIL: 'this machine has no such interface',
  ENOPROTOOPT: 'the socket is of the other family, IPv4 or IPv6',
  ENOBUFS: 'the system allows no more groups (igmp_max_memberships)',
};

/** Joins or leaves a group. Joining one that it is in already is no error; each group fails alone, by its name. */
export function applyMembership(
  channel: Pick<DatagramChannel, 'setMembership'>,
  { group, member, interface: at }: Membership,
): TaskTonicError | undefined {
  try {
    channel.setMembership(group, member, at);
    return undefined;
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (member && code === 'EADDRINUSE') return undefined;
    const why = !member && code === 'EADDRNOTAVAIL' ? 'it is not a member of it' : undefined;
    return multicastError(
      membershipText({ group, member, interface: at }),
      thrown as Error,
      { group, interface: at },
      why,
    );
  }
}

/** Chooses the interface that multicast datagrams leave by. */
export function applyInterface(
  channel: Pick<DatagramChannel, 'setMulticastInterface'>,
  at: string,
): TaskTonicError | undefined {
  try {
    channel.setMulticastInterface(at);
    return undefined;
  } catch (thrown) {
    return multicastError(`send multicast by the interface ${at}`, thrown as Error, { interface: at });
  }
}

/** `join the multicast group 239.1.2.3 on 127.0.0.1` */
export function membershipText({ group, member, interface: at }: Membership): string {
  return `${member ? 'join' : 'leave'} the multicast group ${group}${at === undefined ? '' : ` on ${at}`}`;
}

function multicastError(
  what: string,
  error: NodeJS.ErrnoException,
  details: Readonly<Record<string, unknown>>,
  why = WHY[error.code ?? ''],
): TaskTonicError {
  const { code = 'unknown' } = error;
  return fail(
    'TT_MULTICAST',
    { what, why: why === undefined ? error.message : `${why} (${code})`, code, ...details },
    error,
  );
}
