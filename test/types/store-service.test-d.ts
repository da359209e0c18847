// Checked by `tsc -p tsconfig.json`, never run: what the compiler must refuse stands under @ts-expect-error, and all else
// must pass.
import { Tonic } from '../../src/index.js';
import { Store, type StoreEvent, type StoreHandle, type StoreValue } from '../../src/store/index.js';

interface Shape {
  sensors: Record<string, { unit: string; value: number }>;
}

class Twin extends Store<Shape> {
  static override readonly service = 'twin';

  fill(): void {
    this.data.set('sensors/door/value', 1);
    // @ts-expect-error a value of another type
    this.data.set('sensors/door/value', 'one');
  }
}

class User extends Tonic {
  private readonly any: StoreHandle = this.use(Store);
  private readonly twin: StoreHandle<Shape> = this.use(Twin);

  ttse__onStart(): void {
    const anything: StoreValue | undefined = this.any.get('whatever/there/is');
    this.any.set('whatever/there/is', anything);
    const value: number | undefined = this.twin.get('sensors/door/value');
    void this.twin.update('sensors/door/value', (now) => (now ?? value ?? 0) + 1);
    this.twin.subscribe('sensors/*/value', this.ttse__onValue);
    // @ts-expect-error a path that there is not
    this.twin.get('sensors/door/colour');
    // @ts-expect-error an event of texts
    this.twin.subscribe('sensors/*/unit', this.ttse__onValue);
    // @ts-expect-error what comes out is no text
    void this.twin.update('sensors/door/value', () => 'one');
    // @ts-expect-error an option that a Store has not
    this.use(Store, { size: 5 });
    this.use(Store, { paths: 5, persist: { directory: 'data' } });
  }
  ttse__onValue(events: readonly StoreEvent<number, `sensors/${string}/value`>[]): void {
    void events;
  }
}

export { Twin, User };
