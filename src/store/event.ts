import type { Fitting, Joined, ShapeAt, Snapshot, ValueOf } from './typed-paths.js';
import type { StoreValue } from './values.js';

/** What subscribers of a Store hear of one change. The list that it comes in is frozen, and so is it itself where others may hear the same one. */
export interface StoreEvent<Value = StoreValue, Path extends string = string> {
  /** Where, as the subscriber sees it: through an active link the path of the alias. */
  readonly path: Path;
  /** What is there now; `undefined` is no value. With `extract`: its fields. */
  readonly value: Value | undefined;
  /** What was there before. With `extract`: its fields, as far as the changes heard tell. */
  readonly old: Value | undefined;
  /** Who made the change, where that was said; `'init'` for what `triggerNow` tells. */
  readonly source: string | undefined;
}

/** What hears events: those of one batch in one call, in the order of the writes. */
export type StoreCallback<Event extends StoreEvent<unknown> = StoreEvent> = (events: readonly Event[]) => void;

/** The events of a subscription, by the shape that is subscribed to, the path of that, the pattern and the options. */
export type EventOf<Shape, At extends string, Pattern extends string, Options> = Options extends {
  readonly extract: readonly (infer Field extends string)[];
}
  ? StoreEvent<Snapshot<ShapeAt<Shape, Pattern>, Field>, PathOf<At, Pattern>>
  : Options extends { readonly recursive: true }
    ? StoreEvent
    : StoreEvent<ValueOf<ShapeAt<Shape, Pattern>>, PathOf<At, Pattern>>;

type PathOf<At extends string, Pattern extends string> = Fitting<Joined<At, Pattern>>;
