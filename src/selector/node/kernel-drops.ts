import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { nodeOs } from '../../core/lazy-node.js';
import { ipBytes } from '../ip-bytes.js';
import type { Address } from '../network.js';

/** Where the columns of a line are, as its words: `sl local remote st tx:rx tr:when retrnsmt uid timeout inode ref pointer drops` (proc_net(5)). */
const Column = { local: 1, inode: 9, drops: 12 } as const;

/**
 * How many datagrams the kernel has dropped that were for a UDP socket of this process, since its buffer was full: from `/proc/net/udp` and
 * `udp6` of Linux. `undefined` where the system does not tell. It reads a file, which has a line for each UDP socket of the machine.
 *
 * @param local where the socket is bound. Where this process has several there, all of them are counted.
 */
export function kernelDrops(local: Address): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const at = asInTable(local);
  if (at === undefined) return undefined;
  const table = linesOf(isIPv4(local.address) ? '/proc/net/udp' : '/proc/net/udp6');
  const lines = table.filter((line) => line[Column.local] === at);
  if (lines.length === 0) return undefined;
  const own = lines.length === 1 ? lines : ownOf(lines);
  return own.reduce((sum, line) => sum + Number(line[Column.drops] ?? 0), 0);
}

function linesOf(path: string): string[][] {
  try {
    return readFileSync(path, 'latin1')
      .split('\n')
      .map((line) => line.trim().split(/\s+/));
  } catch {
    // It may not be mounted.
    return [];
  }
}

/** Others may be bound there too: those of this process are among its descriptors. */
function ownOf(lines: readonly string[][]): string[][] {
  const inodes = new Set<string>();
  try {
    for (const name of readdirSync('/proc/self/fd')) {
      const inode = /^socket:\[(\d+)\]$/.exec(linkOf(name))?.[1];
      if (inode !== undefined) inodes.add(inode);
    }
  } catch {
    return [];
  }
  return lines.filter((line) => inodes.has(line[Column.inode] ?? ''));
}

/** A descriptor may be closed while they are read. */
function linkOf(descriptor: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return '';
  }
}

/** `0100007F:1F90` for 127.0.0.1:8080: words of 32 bits as the processor has them, in hexadecimal. */
function asInTable({ address, port }: Address): string | undefined {
  const bytes = ipBytes(address.split('%', 1)[0]!);
  if (bytes === undefined) return undefined;
  if (nodeOs().endianness() === 'LE') bytes.swap32();
  const hex = (text: string): string => text.toUpperCase();
  return `${hex(bytes.toString('hex'))}:${hex(port.toString(16).padStart(4, '0'))}`;
}
