import { open, realpath, unlink } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';

/** A file of a transfer. */
export type OpenFile = Awaited<ReturnType<Folder['open']>>;

/** The files below one folder. No name leads out of it, nor a link; and what is there is never written over. */
export class Folder {
  constructor(private readonly root: string) {}

  async open(name: string, writes: boolean) {
    const root = await realpath(this.root);
    const path = resolve(root, `.${sep}${name}`);
    // Of a new file its folder must be there.
    const real = writes ? join(await realpath(dirname(path)), basename(path)) : await realpath(path);
    if (!real.startsWith(root + sep)) throw Object.assign(new Error('not below the folder'), { code: 'EACCES' });
    const file = await open(real, writes ? 'wx' : 'r');
    return {
      size: (await file.stat()).size,
      async read(most: number): Promise<Buffer> {
        const { bytesRead, buffer } = await file.read(Buffer.alloc(most));
        return buffer.subarray(0, bytesRead);
      },
      async write(data: Buffer): Promise<number> {
        await file.appendFile(data);
        return data.length;
      },
      /** One that was not written to its end is removed. */
      async close(isWhole: boolean): Promise<void> {
        await file.close();
        if (writes && !isWhole) await unlink(real);
      },
    };
  }
}
