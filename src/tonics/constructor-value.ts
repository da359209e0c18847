/**
 * A value that a maker passes to the constructor of the Tonic that it makes: the first constructor that asks gets it.
 */
export class ConstructorValue<T> {
  #given: T | undefined = undefined;

  /** Runs `make`, and offers the value during that call only. */
  during<R>(given: T, make: () => R): R {
    this.#given = given;
    try {
      return make();
    } finally {
      this.#given = undefined;
    }
  }

  /** Returns the value to the running constructor, once; `undefined` if none is offered. */
  take(): T | undefined {
    const given = this.#given;
    this.#given = undefined;
    return given;
  }
}
