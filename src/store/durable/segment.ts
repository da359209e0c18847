import type { Disk } from './disk.js';
import { type Folder, nameOf, writeAll } from './folder.js';
import { FILE_HEAD, FileKind, fileHead } from './record.js';
import type { Survey } from './survey.js';

/** A log that is written to. */
export interface Segment {
  readonly fd: number;
  /** The version of the last batch before it. */
  readonly after: number;
  /** The version of its last batch, or else of the last one before it. */
  last: number;
  /** How far it is written. */
  size: number;
}

/** Begins a log. Where that fails, there is none. */
export async function newSegment(folder: Folder, after: number): Promise<Segment> {
  const { disk } = folder;
  const path = folder.file(nameOf('log', after));
  const fd = disk.create(path);
  try {
    await writeAll(disk, fd, fileHead(FileKind.log, after), 0);
    if (folder.isSynced) {
      await disk.sync(fd);
      await folder.syncNames();
    }
  } catch (thrown) {
    disk.close(fd);
    // Where it stays, it is empty, and goes at the next start.
    await disk.remove(path).catch(() => {});
    throw thrown;
  }
  return { fd, after, last: after, size: FILE_HEAD };
}

/**
 * Opens the last log, to be gone on with, or makes the first one. The directory becomes what it counts for: what is torn of the log is cut,
 * and what is obsolete goes.
 */
export function openSegment(folder: Folder, { snapshot, logs, obsolete }: Survey): Segment {
  const { disk } = folder;
  const from = snapshot?.version ?? 0;
  const found = logs.at(-1);
  const after = found?.after ?? from;
  const fd = found === undefined ? disk.create(folder.file(nameOf('log', after))) : disk.open(found.path);
  const size = found?.end ?? 0;
  try {
    if (disk.size(fd) > size) disk.truncate(fd, size);
    if (size < FILE_HEAD) beginNow(disk, fd, after);
    if (folder.isSynced) {
      disk.syncNow(fd);
      folder.syncNamesNow();
    }
    for (const path of obsolete) disk.removeNow(path);
  } catch (thrown) {
    disk.close(fd);
    throw thrown;
  }
  return { fd, after, last: found?.last ?? from, size: Math.max(size, FILE_HEAD) };
}

function beginNow(disk: Disk, fd: number, after: number): void {
  const head = fileHead(FileKind.log, after);
  for (let done = 0; done < head.length;) done += disk.writeNow(fd, head.subarray(done), done);
}
