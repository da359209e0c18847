import type { Channel, InterestSet, ReadyHandler, SelectionKey } from '../../src/index.js';

/** A channel that a test makes ready, and that writes down what the Selector asks of it. */
export class ProbeChannel implements Channel {
  key: SelectionKey | undefined;
  readonly interests: InterestSet[] = [];
  flushes = 0;
  detached = 0;

  attach(key: SelectionKey): void {
    this.key = key;
  }
  interestChanged(interest: InterestSet): void {
    this.interests.push(interest);
  }
  flush(): void {
    this.flushes++;
  }
  detach(): void {
    this.detached++;
  }
  /** Is ready for these. */
  is(ready: InterestSet): void {
    this.key!.signal(ready);
  }
}

/** A handler that writes down what it was given. */
export class ProbeHandler implements ReadyHandler {
  readonly ready: InterestSet[] = [];
  onReady(_key: SelectionKey, ready: InterestSet): void {
    this.ready.push(ready);
  }
}
