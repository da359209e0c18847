/** So many refused sends are told one by one before the first of them has been heard. */
const MOST = 100;

/** Refused sends that are told: a loop that goes on sending must not fill the queue with errors. Beyond a number they are told as one. */
export class Refusals {
  /** How many were told and perhaps not heard. */
  #told = 0;
  #more = 0;
  #moreBytes = 0;

  /** One more; tells what is to be told: it (`'one'`), it and that {@link heard} is to follow (`'first'`), or nothing now. */
  add(bytes: number): 'first' | 'one' | undefined {
    if (this.#told < MOST) return this.#told++ === 0 ? 'first' : 'one';
    this.#more++;
    this.#moreBytes += bytes;
    return undefined;
  }

  /** What was told has been heard; gives what was not told. */
  heard(): { readonly count: number; readonly bytes: number } {
    const rest = { count: this.#more, bytes: this.#moreBytes };
    this.#told = this.#more = this.#moreBytes = 0;
    return rest;
  }
}
