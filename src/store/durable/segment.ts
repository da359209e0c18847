import type { Disk } from './disk.js';
import { type Folder, nameOf, writeAll } from './folder.js';
import { FILE_HEAD, FileKind, fileHead } from './record.js';
import type { Survey } from './survey.js';

/** The log that is being written. */
export interface Segment {
  readonly fd: number;
  /** The version of the last batch before this log. */
  readonly after: number;
  /** The version of the last batch in this log, or of the last one before it. */
  last: number;
  /** The number of bytes written so far. */
  size: number;
}

/** Begins a new log. Throws if that fails, and leaves no log behind. */
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
    // If the file cannot be removed, it is empty, and is removed at the next start.
    await disk.remove(path).catch(() => {});
    throw thrown;
  }
  return { fd, after, last: after, size: FILE_HEAD };
}

/**
 * Opens the last log to append to it, or makes the first one. The directory is cleaned up: an incomplete end of the log
 * is cut off, and obsolete files are removed.
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
