// What TLS of a peer runs on: its socket, seen as a stream. So the peer can send below TLS, and reset the socket, as no user of node:tls does.
import { Duplex } from 'node:stream';

export class Under extends Duplex {
  #below;

  /** @param {import('node:net').Socket} below */
  constructor(below) {
    super();
    this.#below = below;
    below.on('data', (data) => this.push(data) || below.pause());
    let hasEnded = false;
    below.once('end', () => {
      hasEnded = true;
      this.push(null);
    });
    below.once('error', (error) => this.destroy(error));
    // What has come before an end is still to be read.
    below.once('close', () =>
      hasEnded && !this.readableEnded ? this.once('end', () => this.destroy()) : this.destroy(),
    );
    this.on('error', () => {});
  }

  /** @override */
  _read() {
    this.#below.resume();
  }

  /** @override @param {Buffer} bytes @param {string} _encoding @param {(error?: Error | null) => void} done */
  _write(bytes, _encoding, done) {
    this.#below.write(bytes, done);
  }

  /** @override @param {() => void} done */
  _final(done) {
    this.#below.end(done);
  }

  /** @override @param {Error | null} error @param {(error: Error | null) => void} done */
  _destroy(error, done) {
    this.#below.destroy();
    done(error);
  }
}
