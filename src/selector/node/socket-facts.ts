import { readFileSync, readlinkSync } from 'node:fs';

/** What Linux tells of a socket that others have opened; Node tells neither its kind nor the path of a UNIX socket. */
export interface SocketFacts {
  readonly kind: 'stream' | 'datagram';
  /** Of a UNIX socket: where it is bound, with a NUL where an abstract name has it. */
  readonly path?: string;
}

/** The tables of the kernel, proc(5), and which of their columns has the inode. */
const TABLES = [
  { table: 'tcp', kind: 'stream', column: 9 },
  { table: 'tcp6', kind: 'stream', column: 9 },
  { table: 'udp', kind: 'datagram', column: 9 },
  { table: 'udp6', kind: 'datagram', column: 9 },
] as const;
/** SOCK_STREAM in the table of UNIX sockets, and its columns: Num RefCount Protocol Flags Type St Inode Path. */
const STREAM = '0001';

/**
 * Looks a descriptor up. It is asked once for each that is listened on.
 *
 * @returns `undefined` where it is no socket, where nothing is told of it (it may belong to another network namespace), or not on Linux.
 */
export function socketFacts(fd: number): SocketFacts | undefined {
  try {
    const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1];
    return inode === undefined ? undefined : (unixFacts(inode) ?? internetFacts(inode));
  } catch {
    return undefined;
  }
}

function unixFacts(inode: string): SocketFacts | undefined {
  const fields = rowsOf('unix').find((row) => row[6] === inode);
  if (fields === undefined) return undefined;
  const kind = fields[4] === STREAM ? 'stream' : 'datagram';
  // A path may have blanks.
  const path = fields.slice(7).join(' ').replace(/^@/, '\0');
  return path === '' ? { kind } : { kind, path };
}

function internetFacts(inode: string): SocketFacts | undefined {
  const found = TABLES.find(({ table, column }) => rowsOf(table).some((row) => row[column] === inode));
  return found && { kind: found.kind };
}

function rowsOf(table: string): string[][] {
  const text = readFileSync(`/proc/self/net/${table}`, 'utf8');
  return text.split('\n').map((row) => row.trim().split(/ +/));
}
