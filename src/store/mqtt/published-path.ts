import { ofFramework } from '../../core/plan/plan.js';
import { Tonic } from '../../core/tonic.js';
import type { StoreEvent } from '../event.js';
import { Store } from '../service/store.js';
import type { MqttSettings } from './options.js';
import type { Publisher, PublishRule } from './publisher.js';

/** The subscription of a bridge for one of its rules: if two rules match a path, each is called. */
export class PublishedPath extends Tonic {
  readonly #rule: PublishRule;
  readonly #publisher: Publisher;

  constructor(rule: PublishRule, publisher: Publisher, { source, store = Store }: MqttSettings) {
    super();
    this.#rule = rule;
    this.#publisher = publisher;
    this._ttss__begin(source, store);
  }

  /** @internal */
  _ttss__begin(source: string, store: typeof Store): void {
    const { path, initial } = this.#rule;
    this.use(store).subscribe(path, this._ttss__changed, { ignoreSource: source, triggerNow: initial });
  }

  /** @internal */
  _ttss__changed(events: readonly StoreEvent[]): void {
    for (const { path, value, source } of events)
      if (value !== undefined || source !== 'init') this.#publisher.put(this.#rule, path, value);
    this.#publisher.send();
  }
}
ofFramework(PublishedPath);
