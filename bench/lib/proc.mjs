// What the kernel's books say of a process; see proc(5).
import { readFileSync } from 'node:fs';

/**
 * The CPU seconds that it has used so far, with all its threads, to 10 ms; 0 where there are no such books.
 * @param {number | undefined} pid
 */
export function cpuSecondsOf(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return 0;
  }
}
