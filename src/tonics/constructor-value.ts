/** What a maker hands to the Tonic that it makes: the first one of its kind that is made meanwhile takes it. */
export class ConstructorValue<T> {
  #given: T | undefined = undefined;

  /** Runs `make`; what was not taken by its end is taken by nobody. */
  during<R>(given: T, make: () => R): R {
    this.#given = given;
    try {
      return make();
    } finally {
      this.#given = undefined;
    }
  }

  /** What the constructor that runs now is given, once; `undefined` where nobody hands it anything. */
  take(): T | undefined {
    const given = this.#given;
    this.#given = undefined;
    return given;
  }
}
