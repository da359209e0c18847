import type { Random } from '../../../core/time/random.js';
import type { Due } from '../../../core/time/timer-queue.js';
import type { ChannelKey } from '../../../selector/channel.js';
import { Interest, type InterestSet } from '../../../selector/interest.js';
import type { Network, StreamChannel } from '../../../selector/network.js';
import type { SelectionKey } from '../../../selector/selection-key.js';
import type { SelectorCatalyst } from '../../../selector/selector-catalyst.js';

/** What a Dialler sees of the key of a channel. */
export interface DialKey extends ChannelKey {
  /** Closes the channel; no more events come from it. */
  cancel(): void;
  /** From now on it is waited for these. One that is polled has none of it. */
  modify?(interest: InterestSet): void;
}

/** What a Dialler needs: a network, a Selector for its channels, timers and random numbers. */
export interface DialDependencies<Key extends DialKey> {
  readonly network: Network;
  readonly random: Random;
  /** Monotonic time in ms. */
  now(): number;
  /** Calls `due` once, after so many ms, unless the function that it gives was called before. Never within the call. */
  after(ms: number, due: () => void): () => void;
  /** Watches a channel that connects: `onReady` hears CONNECT and HANGUP, until the key is handed over. Never within the call. */
  watch(channel: StreamChannel, onReady: (ready: InterestSet) => void): Key;
}

/** The dependencies that a Catalyst provides: its Selector watches the channels, and its loop has the timers. */
export function dependenciesOf(catalyst: SelectorCatalyst<string>): DialDependencies<SelectionKey> {
  const { network, selector, clock, timers, runtime } = catalyst;
  return {
    network,
    random: runtime.random,
    now: () => clock.now(),
    after(ms, fire) {
      const due: Due = { at: clock.now() + ms, slot: -1, fire };
      timers.add(due);
      return () => timers.remove(due);
    },
    watch: (channel, onReady) => selector.register(channel, Interest.CONNECT, (_key, ready) => onReady(ready)),
  };
}
