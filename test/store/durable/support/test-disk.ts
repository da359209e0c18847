import { type Disk, nodeDisk } from '../../../doors/durable.js';

type Call = keyof Disk;

const PROMISING: ReadonlySet<Call> = new Set<Call>([
  'write',
  'sync',
  'syncDirectory',
  'rename',
  'remove',
  'closeLater',
]);
const OPENING: ReadonlySet<Call> = new Set<Call>(['create', 'open', 'openDirectory']);

export class SystemError extends Error {
  constructor(readonly code: string) {
    super(`${code}: a test wants it so`);
  }
}

/** The file system of this machine, which can be broken at each call, and die there. */
export class TestDisk {
  /** The calls so far. */
  readonly calls: Call[] = [];
  /** Looks at a call before it is made: what it throws is what the call says. */
  before: (call: Call, args: readonly unknown[]) => void = () => {};
  /** With how many bytes of a write that is broken the file is left. */
  partOf: (length: number) => number = () => 0;
  readonly disk: Disk;
  readonly #open = new Set<number>();
  readonly #underWay = new Set<Promise<unknown>>();
  #isDead = false;

  constructor() {
    const entries = (Object.keys(nodeDisk) as Call[]).map((call) => [call, this.#wrapped(call)]);
    this.disk = Object.fromEntries(entries) as unknown as Disk;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** The process ends at this call: nothing that it calls has an effect any more. */
  die(): never {
    this.#isDead = true;
    throw new SystemError('EDEAD');
  }

  /** What a process that ends leaves to the system: what is under way is done, and all files are closed. */
  async buried(): Promise<void> {
    this.#isDead = true;
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
    for (const fd of this.#open) nodeDisk.close(fd);
    this.#open.clear();
  }

  #wrapped(call: Call): (...args: never[]) => unknown {
    return (...args) => {
      try {
        if (this.#isDead) throw new SystemError('EDEAD');
        this.calls.push(call);
        this.before(call, args);
      } catch (thrown) {
        this.#leavePart(call, args);
        if (!PROMISING.has(call)) throw thrown;
        return Promise.reject(thrown as Error);
      }
      const result = (nodeDisk[call] as (...given: never[]) => unknown)(...args);
      if (result instanceof Promise) this.#goes(result);
      if (OPENING.has(call) && typeof result === 'number') this.#open.add(result);
      if (call === 'close' || call === 'closeLater') this.#open.delete(args[0]!);
      return result;
    };
  }

  #leavePart(call: Call, [fd, bytes, position]: readonly unknown[]): void {
    if (call !== 'write' || !this.#open.has(fd as number)) return;
    const whole = bytes as Uint8Array;
    const part = whole.subarray(0, this.partOf(whole.length));
    if (part.length > 0) nodeDisk.writeNow(fd as number, part, position as number);
  }

  #goes(promise: Promise<unknown>): void {
    this.#underWay.add(promise);
    const gone = () => this.#underWay.delete(promise);
    promise.then(gone, gone);
  }
}
