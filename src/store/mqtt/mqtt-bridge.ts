import { type TaskTonicError, fail, toError } from '../../core/errors.js';
import { Life, hears } from '../../core/life.js';
import { badOption } from '../../core/options/option-problem.js';
import { checkOptionsOf, takesOptions } from '../../core/options/class-options.js';
import { settingsIn } from '../../core/options/option-schema.js';
import { TonicSettings } from '../../core/options/tonic-options.js';
import { ofFramework } from '../../core/plan/plan.js';
import { Tonic } from '../../core/tonic.js';
import { Store } from '../service/store.js';
import type { StoreHandle } from '../service/store-handle.js';
import { type MqttClient, type MqttConnect, type MqttMessage, loadMqtt } from './client.js';
import { Incoming } from './incoming.js';
import { type MqttBridgeOptions, type MqttSettings, mqttSchema } from './options.js';
import { PublishedPath } from './published-path.js';
import { Publisher } from './publisher.js';

/** The state of a bridge. */
export interface MqttInfo {
  /** The broker, without the password. */
  readonly url: string;
  /** The name of the bridge. */
  readonly name: string;
}

/** The counters of a bridge. */
export interface MqttCounts {
  /** Messages that were put into the Store. */
  readonly received: number;
  /** Messages that were not. */
  readonly refused: number;
  /** Changes that have left: of quality 1 and 2 the broker has confirmed them. */
  readonly published: number;
  /** Dropped changes. A waiting value that was replaced by a newer one is not counted. */
  readonly unsent: number;
  /** Changes that wait to be published or confirmed. */
  readonly waiting: number;
}

/**
 * Brings topics of an MQTT broker to paths of a Store, and changes of paths to topics. It needs the package mqtt.
 *
 * - A message is set at the path of each rule whose topic fits; of quality 1 and 2 the broker is told when that is done. It takes one at a time, so
 *   a broker that sends too much is held back.
 * - A change is published when its batch is done. While the broker is away it waits, within `unsentLimit`, and a newer value of a topic takes the place of
 *   the one that waits.
 * - An empty payload is no value, either way.
 * - What it sets has the source `'mqtt'`, and what has that source is not published.
 * - When it finishes, what waits leaves first, within its `drainTimeout`.
 *
 * What it tells is heard by itself, or else by its base; an error that nobody hears is a warning.
 */
export class MqttBridge extends Tonic {
  /** It is connected, and has asked for its topics. */
  ttse__onMqttOnline?(info: MqttInfo): void | undefined;
  /** The connection is lost; it tries again by itself. */
  ttse__onMqttOffline?(info: MqttInfo): void | undefined;
  /** A message or a change was lost, or the broker cannot be reached. The bridge goes on. */
  ttse__onMqttError?(error: TaskTonicError): void | undefined;

  readonly #settings: MqttSettings;
  readonly #info: MqttInfo;
  readonly #connect: MqttConnect;
  readonly #incoming: Incoming;
  readonly #publisher: Publisher;
  #store!: StoreHandle;
  #client: MqttClient | undefined;
  #state: 'offline' | 'online' | 'leaving' | 'closed' = 'offline';
  /** The last problem that was reported while it is not connected. */
  #problem: string | undefined;

  /** @throws {TaskTonicError} `TT_BAD_OPTION`, `TT_NO_MQTT`; and as every Tonic. */
  constructor(options: MqttBridgeOptions) {
    checkOptionsOf(new.target, options);
    const of = new.target.name;
    const settings = settingsIn(mqttSchema, options, of) as MqttSettings;
    const { subscribe, publish } = settings;
    if (subscribe.length + publish.length === 0)
      throw badOption(of, 'subscribe', 'it has nothing to bring, and neither has "publish"');
    const incoming = new Incoming(subscribe, settings.payloadLimit, of);
    const url = withoutPassword(settings.url);
    const publisher = new Publisher(publish, settings, of, {
      unsent: (count, what, problem) => this.#unsent(count, what, problem),
      left: () => this.#left(),
    });
    const connect = settings.connect ?? loadMqtt();
    super(TonicSettings.of(settings));
    this.#settings = settings;
    this.#incoming = incoming;
    this.#publisher = publisher;
    this.#connect = connect;
    this.#info = { url, name: this.name };
    this._ttss__begin();
  }

  /** Whether it is connected. */
  get online(): boolean {
    return this.#state === 'online';
  }

  /** Its counters so far. */
  get counts(): MqttCounts {
    const { received, refused } = this.#incoming;
    const { published, unsent, waiting } = this.#publisher;
    return { received, refused, published, unsent, waiting };
  }

  /** @internal */
  _ttss__begin(): void {
    this.#store = this.use(this.#settings.store ?? Store);
    for (const rule of this.#publisher.rules) new PublishedPath(rule, this.#publisher, this.#settings);
    const { url, payloadLimit, client: further } = this.#settings;
    const properties = { maximumPacketSize: payloadLimit + MOST_AROUND };
    const client = this.#connect(url, { protocolVersion: 5, properties, reconnectOnConnackError: true, ...further, resubscribe: false, queueQoSZero: false }); // prettier-ignore
    this.#client = client;
    client.handleMessage = (message, done) => this._ttss__message(message, done);
    client.on('connect', () => this._ttss__connected());
    client.on('close', () => this._ttss__disconnected());
    client.on('error', (error) => this._ttss__failed(error));
  }

  // ---- The connection ----

  /** @internal */
  _ttss__connected(): void {
    if (this.#state !== 'offline') return;
    this.#state = 'online';
    this.#problem = undefined;
    const { protocolVersion = 5 } = this.#settings.client;
    const wishes = this.#incoming.wishes(protocolVersion === 5);
    if (Object.keys(wishes).length > 0)
      this.#client!.subscribe(wishes, (error, granted) => this._ttss__subscribed(Object.keys(wishes), error, granted));
    this.#publisher.connected(this.#client!);
    this.#emit('ttse__onMqttOnline', this.#info);
  }

  /** @internal */
  _ttss__subscribed(
    topics: string[],
    error: Error | null,
    granted: readonly { topic: string; qos: number }[] = [],
  ): void {
    const refused = error === null ? granted.filter(({ qos }) => qos >= REFUSED).map(({ topic }) => topic) : topics;
    if (refused.length === 0 || this.#state !== 'online') return;
    const problem = error?.message ?? 'it has refused them';
    this.#tell(fail('TT_MQTT_NOT_SUBSCRIBED', { url: this.#info.url, topics: refused.join(', '), problem }, error));
  }

  /** @internal */
  _ttss__disconnected(): void {
    this.#publisher.disconnected();
    if (this.#state !== 'online') return;
    this.#state = 'offline';
    this.#emit('ttse__onMqttOffline', this.#info);
    if (this.#problem === undefined) this._ttss__failed(new Error('the connection was lost'));
  }

  /** @internal */
  _ttss__failed(error: Error): void {
    if (this.#state === 'closed' || this.#problem === error.message) return;
    this.#problem = error.message;
    this.#tell(fail('TT_MQTT_OFFLINE', { url: this.#info.url, problem: error.message }, error));
  }

  // ---- From the broker ----

  /** @internal */
  _ttss__message(message: MqttMessage, done: () => void): void {
    try {
      const found = this.#incoming.read(message);
      this.#store.source(this.#settings.source, () => {
        for (const { path, value } of found) this.#store.at(path).v = value;
      });
      this.#incoming.received++;
    } catch (thrown) {
      this.#incoming.refused++;
      const { message: problem } = toError(thrown);
      this.#tell(
        fail('TT_MQTT_REFUSED', { topic: JSON.stringify(message.topic.slice(0, MOST_SHOWN)), problem }, thrown),
      );
    }
    done();
  }

  // ---- To the broker ----

  #unsent(count: number, what: string, problem: string): void {
    this.#tell(fail('TT_MQTT_UNSENT', { url: this.#info.url, count, what: JSON.stringify(what), problem }));
  }

  /** A change has been published. */
  #left(): void {
    this._ttEnding?.progressed();
    if (this._ttEnding !== undefined && this.#publisher.waiting === 0) this._ttss__allLeft();
  }

  // ---- Its end ----

  /** @internal The waiting changes are published, then the client ends. */
  override _ttDrain(): boolean {
    if (this.#state === 'closed' || this.#client === undefined) return true;
    if (this.#publisher.waiting === 0) this.#leave();
    return false;
  }

  /** @internal */
  _ttss__allLeft(): void {
    if (this.#publisher.waiting === 0) this.#leave();
  }

  #leave(): void {
    if (this.#state === 'leaving' || this.#state === 'closed') return;
    const isOnline = this.#state === 'online';
    this.#state = 'leaving';
    this.#client!.end(!isOnline, () => this._ttss__closed());
  }

  /** @internal */
  _ttss__closed(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this._ttDrained();
  }

  /** @internal */
  override _ttRelease(): void {
    if (this.#state !== 'closed') {
      this.#client?.end(true, () => {});
      // The stream is destroyed, without an error of the bridge.
      this.#client?.stream?.destroy();
      this.#state = 'closed';
    }
    this.#publisher.giveUp('the bridge has ended');
  }

  // ---- What it tells ----

  #tell(error: TaskTonicError): void {
    if (!this.#emit('ttse__onMqttError', error)) this._ttScheduler.logs.warn(this, error);
  }

  #emit(key: string, info: object): boolean {
    for (const tonic of [this, this._ttBase]) {
      // A Tonic that is about to finish hears no more events.
      if (tonic === undefined || tonic._ttLife >= Life.closing || !hears(tonic, key)) continue;
      tonic._ttss__tell(key, info);
      return true;
    }
    return false;
  }
}
ofFramework(MqttBridge);
takesOptions(MqttBridge, mqttSchema);

/** The most bytes of a packet besides its payload: its topic and the headers of MQTT. */
const MOST_AROUND = 70_000;
/** The first code with which a broker refuses. */
const REFUSED = 128;
const MOST_SHOWN = 200;

function withoutPassword(given: string): string {
  const url = new URL(given);
  url.username = url.password = '';
  return url.href;
}
