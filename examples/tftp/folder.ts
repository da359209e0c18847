import { type FileHandle, open, realpath, unlink } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';

/** A file of a transfer. */
export interface OpenFile {
  /** Its bytes; 0 of one that is written. */
  readonly size: number;
  read(most: number, position: number): Promise<Buffer>;
  write(data: Buffer, position: number): Promise<void>;
  /** One that was not written to its end is removed. */
  close(isWhole: boolean): Promise<void>;
}

/** Where files come from, and go to. */
export interface Files {
  open(name: string, writes: boolean): Promise<OpenFile>;
}

/** The files below one folder. No name leads out of it, nor a link; and what is there is never written over. */
export class Folder implements Files {
  constructor(private readonly root: string) {}

  async open(name: string, writes: boolean): Promise<OpenFile> {
    const root = await realpath(this.root);
    const path = resolve(root, `.${sep}${name}`);
    // Of a new file its folder must be there.
    const real = writes ? join(await realpath(dirname(path)), basename(path)) : await realpath(path);
    if (!real.startsWith(root + sep)) throw Object.assign(new Error('not below the folder'), { code: 'EACCES' });
    const file = await open(real, writes ? 'wx' : 'r');
    return new FileOnDisk(file, real, writes, writes ? 0 : (await file.stat()).size);
  }
}

class FileOnDisk implements OpenFile {
  constructor(
    private readonly file: FileHandle,
    private readonly path: string,
    private readonly writes: boolean,
    readonly size: number,
  ) {}

  async read(most: number, position: number): Promise<Buffer> {
    const { bytesRead, buffer } = await this.file.read(Buffer.alloc(most), 0, most, position);
    return buffer.subarray(0, bytesRead);
  }

  async write(data: Buffer, position: number): Promise<void> {
    await this.file.write(data, 0, data.length, position);
  }

  async close(isWhole: boolean): Promise<void> {
    await this.file.close();
    if (this.writes && !isWhole) await unlink(this.path);
  }
}
