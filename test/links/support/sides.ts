import type { Answer, AnyTonic, Reply } from '../../../src/index.js';
import {
  type Exporter,
  type Importer,
  Packer,
  type Ref,
  type RemoteTonic,
  type TonicRef,
  unpack,
} from '../../doors/links.js';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';

type Callback = (...args: unknown[]) => unknown;

/** Both sides of a crossing in one: what is called back is known by its number, and Tonics by their id. */
export class Sides implements Exporter, Importer {
  readonly callbacks: Callback[] = [];
  readonly answers: Answer<unknown>[] = [];
  readonly replies: Reply[] = [];
  readonly dropped: Ref[] = [];
  readonly tonics: (AnyTonic | RemoteTonic)[] = [];

  tonicRef(tonic: AnyTonic | RemoteTonic): TonicRef {
    const serial = this.tonics.push(tonic) - 1;
    return { kind: 'tonic', thread: 1, serial, id: tonic.id, name: tonic.name };
  }
  callbackRef(callback: Callback): Ref {
    const { tonic, sparkle } = callback as Callback & { tonic?: AnyTonic; sparkle?: string };
    if (tonic !== undefined && sparkle !== undefined)
      return { kind: 'sparkle', of: this.tonicRef(tonic), key: sparkle };
    return { kind: 'callback', serial: this.callbacks.push(callback) - 1 };
  }
  drop(ref: Ref): void {
    this.dropped.push(ref);
  }
  tonicOf({ serial }: TonicRef): unknown {
    return this.tonics[serial];
  }
  sparkleOf(of: unknown, key: string): unknown {
    return { of, key };
  }
  callbackOf(serial: number): unknown {
    return this.callbacks[serial];
  }
  answerRef(answer: Answer<unknown>): Ref {
    return { kind: 'answer', serial: this.answers.push(answer) - 1 };
  }
  answerOf(serial: number): Answer<unknown> {
    return this.answers[serial]!;
  }
  replyRef(reply: Reply): Ref {
    return { kind: 'reply', serial: this.replies.push(reply) - 1 };
  }
  replyOf(serial: number): Reply {
    return this.replies[serial]!;
  }
  serviceOf(name: string): unknown {
    return { service: name };
  }
}

/** The arguments of a call, packed and not yet unpacked. */
export class Packed {
  readonly #sides = new Sides();
  readonly #packer = new Packer(this.#sides);
  readonly #copies: unknown[];

  constructor(args: readonly unknown[]) {
    this.#packer.packAll((this.#copies = [...args]));
  }

  get bytesMoved(): number {
    return this.#packer.moved.reduce((sum, { byteLength }: any) => sum + (byteLength as number), 0);
  }

  /** Brings them over as a message does. */
  arrive(): any[] {
    const { refs, moved } = this.#packer;
    const { port1, port2 } = new MessageChannel();
    port1.postMessage([this.#copies, refs], moved);
    const [args, theirRefs] = (receiveMessageOnPort(port2) as { message: [unknown[], typeof refs] }).message;
    port1.close();
    if (theirRefs !== undefined) unpack(args, theirRefs, this.#sides);
    return args;
  }
}
