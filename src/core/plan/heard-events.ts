/** The key for the events of a class of the framework; a symbol, because it is no static field for users. */
export const EVENTS = Symbol('tasktonic.events');

/** What a class of the framework declares about its events. */
export interface HeardEvents {
  /** Their names, without the prefix. */
  readonly events: readonly string[];
  /** Names in other libraries for some of these events. */
  readonly mistaken?: Readonly<Record<string, string>>;
}

/** Names that users often give to helper methods. */
const HELPERS: ReadonlySet<string> = new Set(['onError', 'onEnd']);

/** The event names of a class and its base classes, to find misnamed methods. */
export class MisnamedEvents {
  readonly #events = new Set<string>();
  readonly #mistaken = new Map<string, string>();

  constructor(tonicClass: object) {
    for (let level: object | null = tonicClass; level !== null; level = Object.getPrototypeOf(level) as object | null) {
      const said = Object.hasOwn(level, EVENTS) ? (level as { readonly [EVENTS]: HeardEvents })[EVENTS] : undefined;
      if (said !== undefined) this.#add(said);
    }
  }

  /** Declarations of a class override those of its base classes. */
  #add({ events, mistaken = {} }: HeardEvents): void {
    for (const name of events) if (!this.#mistaken.has(name)) this.#events.add(name);
    for (const [name, meant] of Object.entries(mistaken))
      if (!this.#events.has(name) && !this.#mistaken.has(name)) this.#mistaken.set(name, meant);
  }

  /** The event that a misnamed method was meant for: `onData`, `ttsc__onData` or `ttse__onMessage`. */
  meantBy(prefix: string | undefined, name: string): string | undefined {
    if (prefix === 'ttse') return this.#mistaken.get(name);
    return this.#events.has(name) && !(prefix === undefined && HELPERS.has(name)) ? name : undefined;
  }
}
