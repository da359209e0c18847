import type { HostAndPort } from '../client/host-option.js';
import { showAddress } from '../../socket-errors.js';

/** What is known of one backend. */
export interface BackendInfo {
  readonly host: string;
  readonly port: number;
  /** Both as one text: `10.0.0.1:80`, `[::1]:80`. */
  readonly place: string;
  /** Whether it is given connections. */
  readonly isUp: boolean;
  /** Connections to it that are open or tried, without those of checks. */
  readonly connections: number;
  /** What went wrong last; `undefined` while all goes well. */
  readonly error: Error | undefined;
}

/** One backend, and what is known of it. */
export class Backend implements HostAndPort, BackendInfo {
  readonly host: string;
  readonly port: number;
  connections = 0;
  isUp = true;
  error: Error | undefined = undefined;
  /** Of two with as many connections, the one that was chosen longer ago comes first. */
  chosenAt = 0;
  /** In a row, of the kind that would change it. */
  #turns = 0;

  constructor({ host, port }: HostAndPort) {
    this.host = host;
    this.port = port;
  }

  get place(): string {
    return showAddress(this.host, this.port);
  }

  get info(): BackendInfo {
    const { host, port, place, isUp, connections, error } = this;
    return { host, port, place, isUp, connections, error };
  }

  /** It took no connection, or failed a check. @returns whether it is left out from now on. */
  failed(error: Error, fall: number): boolean {
    this.error = error;
    return this.#turnsTo(false, fall);
  }

  /** It has passed a check. @returns whether it is back. */
  passed(rise: number): boolean {
    this.error = undefined;
    return this.#turnsTo(true, rise);
  }

  #turnsTo(isUp: boolean, after: number): boolean {
    this.#turns = this.isUp === isUp ? 0 : this.#turns + 1;
    if (this.#turns < after) return false;
    this.#turns = 0;
    this.isUp = isUp;
    return true;
  }

  /** Whether the next connection goes to this one rather than to the other. */
  isBefore(other: Backend): number {
    return this.connections - other.connections || this.chosenAt - other.chosenAt;
  }
}
