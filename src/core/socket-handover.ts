/** A socket of one process that another one may have, as it tells of it: plain data. */
export interface SocketOffer {
  readonly id: number;
  /** What it was asked to listen on. */
  readonly place: string;
  /** The name that the Tonic was given which has it: where several have the same place, such as any free port, it tells them apart. */
  readonly name: string | undefined;
  /** Where it does listen. */
  readonly local: { readonly address: string; readonly port: number } | undefined;
  /** Of a UNIX socket: the number of its file (`ino`, inode(7)), where the process is to remove that. */
  readonly file: number | undefined;
  /** The keys of its TLS tickets, in base64: whoever has the same resumes its sessions. */
  readonly ticketKeys: string | undefined;
  /** Threads have it, each a socket of its own: nothing comes, and others can listen there beside them. */
  readonly isShared: boolean;
}

/** An upgrade of the program, as the sockets of a process see it: what they are to do when it gives, and when it is given. */
export interface SocketHandover {
  /** In the old process: what it has now. */
  offers(): readonly SocketOffer[];
  /** The handles of one of these, as they are sent to a child; none where it has been closed meanwhile. */
  handlesOf(id: number): readonly object[];
  /** In each thread of the old process: another one has them from now on. What was accepted or read before is still served. */
  letGo(): void;

  /** In the new process, before anything listens: what it may have. */
  begin(offers: readonly SocketOffer[]): void;
  /** The places of these at which nobody listens yet. */
  readonly unclaimed: readonly string[];
  /** Told whenever somebody does. */
  onClaim: () => void;
  /** One has come. */
  take(id: number, handle: object): void;
  /** All have come that ever will. */
  end(): void;
}

/** Those of this thread: filled in where the package is put together. */
export const sockets: { handover: SocketHandover | undefined } = { handover: undefined };
