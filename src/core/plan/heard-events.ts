/** What the framework tells the Tonics of one of its classes; a symbol, since it is no static of the user's. */
export const EVENTS = Symbol('tasktonic.events');

/** What a class of the framework says of its events. */
export interface HeardEvents {
  /** Their names, without the prefix. */
  readonly events: readonly string[];
  /** Names that other libraries have for some of these. */
  readonly mistaken?: Readonly<Record<string, string>>;
}

/** Names that helpers of one's own often have. */
const HELPERS: ReadonlySet<string> = new Set(['onError', 'onEnd']);

/** What is said of a class and of those that it extends. */
export class NearlyEvents {
  readonly #events = new Set<string>();
  readonly #mistaken = new Map<string, string>();

  constructor(tonicClass: object) {
    for (let level: object | null = tonicClass; level !== null; level = Object.getPrototypeOf(level) as object | null) {
      const said = Object.hasOwn(level, EVENTS) ? (level as { readonly [EVENTS]: HeardEvents })[EVENTS] : undefined;
      if (said !== undefined) this.#add(said);
    }
  }

  /** What a class says comes before what those say that it extends. */
  #add({ events, mistaken = {} }: HeardEvents): void {
    for (const name of events) if (!this.#mistaken.has(name)) this.#events.add(name);
    for (const [name, meant] of Object.entries(mistaken))
      if (!this.#events.has(name) && !this.#mistaken.has(name)) this.#mistaken.set(name, meant);
  }

  /** The event that a misnamed method is meant for: `onData`, `ttsc__onData` or `ttse__onMessage`. */
  meantBy(prefix: string | undefined, name: string): string | undefined {
    if (prefix === 'ttse') return this.#mistaken.get(name);
    return this.#events.has(name) && !(prefix === undefined && HELPERS.has(name)) ? name : undefined;
  }
}
