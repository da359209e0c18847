import { nodeWorkerThreads } from '../../core/lazy-node.js';
import { fail } from '../../core/errors.js';
import { type SocketFacts, socketFacts } from './socket-facts.js';

/** The first descriptor that is passed: `SD_LISTEN_FDS_START`, sd_listen_fds(3). */
const FIRST = 3;
/** What systemd calls a socket whose unit gives it no name. */
const UNNAMED = 'unknown';

/** The sockets that were opened for this process, as the environment describes them. */
export interface SocketActivation {
  readonly env: Record<string, string | undefined>;
  readonly pid: number;
  readonly isMainThread: boolean;
  factsOf(fd: number): SocketFacts | undefined;
}

interface Passed {
  readonly fd: number;
  readonly name: string;
  taken: boolean;
}

/**
 * The sockets that systemd, or whoever does as it does, has passed to this process (sd_listen_fds(3)).
 *
 * The variables are read when the first socket is asked for, and removed then: a child must not take them for its own. (Node closes the
 * descriptors in its children.) Each socket is given once, so that no two servers accept from it.
 */
export class PassedSockets {
  readonly #passing: SocketActivation;
  #sockets: readonly Passed[] | undefined;
  /** The reason why there are no sockets. */
  #why = '';

  constructor(passing: SocketActivation) {
    this.#passing = passing;
  }

  /**
   * Takes the sockets of that name, or all, that are of this kind; where nothing is known of one it counts as of any.
   *
   * @param most so many at most, the first ones.
   * @returns at least one.
   * @throws {TaskTonicError} `TT_NO_PASSED_SOCKET`
   */
  take(wanted: string | true, kind: SocketFacts['kind'], most = Infinity): readonly number[] {
    const sockets = (this.#sockets ??= this.#read());
    const named = sockets.filter(({ name }) => wanted === true || name === wanted);
    const fitting = named.filter(({ fd }) => (this.#passing.factsOf(fd)?.kind ?? kind) === kind);
    const free = fitting.filter(({ taken }) => !taken).slice(0, most);
    if (free.length === 0) throw this.#none(wanted, kind, fitting.length > 0);
    return free.map((socket) => ((socket.taken = true), socket.fd));
  }

  #read(): Passed[] {
    const { env, pid, isMainThread: isMain } = this.#passing;
    const { LISTEN_FDS: fds, LISTEN_PID: of, LISTEN_FDNAMES: names = '' } = env;
    this.#why = whyNone(fds, of, pid, isMain);
    if (this.#why !== '') return [];
    delete env['LISTEN_FDS'];
    delete env['LISTEN_PID'];
    delete env['LISTEN_FDNAMES'];
    const all = names.split(':');
    return Array.from({ length: Number(fds) }, (_, at) => ({
      fd: FIRST + at,
      name: all[at] === undefined || all[at] === '' ? UNNAMED : all[at],
      taken: false,
    }));
  }

  #none(wanted: string | true, kind: SocketFacts['kind'], isTaken: boolean): Error {
    const what = `${kind} socket${wanted === true ? '' : ` named ${JSON.stringify(wanted)}`}`;
    const names = this.#sockets!.map(({ name }) => name).join(', ');
    const why = isTaken
      ? 'another Tonic of this process has it already'
      : this.#why || `it has passed ${this.#sockets!.length}: ${names}`;
    return fail('TT_NO_PASSED_SOCKET', { what, why });
  }
}

function whyNone(fds: string | undefined, of: string | undefined, pid: number, isMain: boolean): string {
  if (!isMain) return 'only the main thread takes sockets';
  if (fds === undefined) return 'the process was not started by a socket unit (LISTEN_FDS is not set)';
  if (of !== undefined && Number(of) !== pid)
    return `they are for another process (LISTEN_PID is ${of}, and this process ${pid}): start node itself, not by way of a shell or npm`;
  if (!/^\d{1,4}$/.test(fds) || Number(fds) === 0) return `LISTEN_FDS is ${JSON.stringify(fds)}`;
  return '';
}

/** The passed sockets of this process. */
export const passedSockets = new PassedSockets({
  env: process.env,
  pid: process.pid,
  get isMainThread() {
    return nodeWorkerThreads().isMainThread;
  },
  factsOf: socketFacts,
});
