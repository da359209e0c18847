import { type TaskTonicError, fail } from '../../../core/errors.js';
import { severalReasons } from '../../socket-errors.js';
import type { DialKey, DialMeans } from './dialler-means.js';
import { Try, type TryEvents, type TrySettings } from './dialler-try.js';
import type { HostAndPort } from './host-option.js';
import type { Places } from './places.js';

/** What a pass takes beside the settings of its tries. */
export interface PassSettings extends TrySettings {
  /** Told of each place before it is tried. */
  readonly towards?: ((place: HostAndPort) => void) | undefined;
}

/**
 * One try to open a connection to any of several places: one after the other, each with a {@link Try} of its own, which has the whole
 * `connectTimeout` and looks its name up.
 *
 * Its events never come within its constructor.
 */
export class Pass<Key extends DialKey> {
  readonly #means: DialMeans<Key>;
  readonly #settings: PassSettings;
  readonly #places: Places;
  readonly #events: TryEvents<Key>;
  readonly #errors: TaskTonicError[] = [];
  #left: readonly HostAndPort[] = [];
  /** The one that is under way, and where it goes to. */
  #try: Try<Key> | undefined;
  #place: HostAndPort | undefined;
  #stopFinding: (() => void) | undefined;

  constructor(means: DialMeans<Key>, settings: PassSettings, places: Places, events: TryEvents<Key>) {
    this.#means = means;
    this.#settings = settings;
    this.#places = places;
    this.#events = events;
    const { connectTimeout: ms } = settings;
    const late = (): void => {
      const problem = `the look-up had no answer within ${ms} ms`;
      this.#over(fail('TT_NO_SRV', { name: places.name, problem }));
    };
    const stopDeadline = means.after(ms, late);
    const stopLookup = places.find((error, found) => {
      stopDeadline();
      if (error !== undefined) return this.#over(error);
      this.#left = found;
      return this.#next();
    });
    this.#stopFinding = () => {
      stopDeadline();
      stopLookup();
    };
  }

  /** Ends it without an event; nothing of it stays open. */
  cancel(): void {
    this.#stopFinding?.();
    if (this.#try === undefined) return;
    this.#try.cancel();
    this.#try = undefined;
    this.#places.left(this.#place!);
  }

  #next(): void {
    const [place, ...left] = this.#left as readonly [HostAndPort, ...HostAndPort[]];
    this.#left = left;
    this.#place = place;
    this.#places.tried(place);
    this.#settings.towards?.(place);
    this.#try = new Try(
      this.#means,
      { ...this.#settings, host: place.host, port: place.port },
      {
        opened: (channel, key) => this.#events.opened(channel, key),
        failed: (error) => this.#failed(error),
      },
    );
  }

  #failed(error: TaskTonicError): void {
    this.#errors.push(error);
    this.#try = undefined;
    this.#places.failed(this.#place!, error);
    if (this.#left.length > 0) this.#next();
    else this.#over(severalReasons(this.#places.name, this.#errors));
  }

  #over(error: TaskTonicError): void {
    this.cancel();
    this.#events.failed(error);
  }
}
