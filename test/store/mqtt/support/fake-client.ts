import type { MqttClient, MqttConnect, MqttMessage, MqttWish } from '../../../../src/store/index.js';

interface Sent {
  readonly topic: string;
  readonly payload: string;
  readonly qos: number;
  readonly retain: boolean;
  readonly done: (error?: Error) => void;
}

/** A client of MQTT that does what a test says. */
export class FakeClient implements MqttClient {
  readonly url: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly sent: Sent[] = [];
  wishes: Record<string, MqttWish> | undefined;
  /** What it answers when topics are asked for. */
  granted: ((wishes: Record<string, MqttWish>) => [Error | null, { topic: string; qos: number }[]]) | undefined;
  /** How it was ended, by `force`. */
  readonly ends: boolean[] = [];
  destroyed = false;
  /** Whether what is published is confirmed at once, and the end told. */
  willing = true;
  readonly stream = { destroy: () => (this.destroyed = true) };
  readonly #heard = new Map<string, (error?: Error) => void>();

  constructor(url: string, options: Readonly<Record<string, unknown>>) {
    this.url = url;
    this.options = options;
  }

  handleMessage: MqttClient['handleMessage'] = () => {};

  on(event: string, heard: (error: Error) => void): void {
    this.#heard.set(event, heard as (error?: Error) => void);
  }

  emit(event: 'connect' | 'close' | 'error', error?: Error): void {
    this.#heard.get(event)!(error);
  }

  /** A message comes; resolves when it was taken. */
  async bring(topic: string, payload: string | Buffer, more: Partial<MqttMessage> = {}): Promise<void> {
    return new Promise((resolve) => {
      this.handleMessage({ topic, payload: Buffer.from(payload), ...more }, () => resolve());
    });
  }

  subscribe(
    wishes: Record<string, MqttWish>,
    done: (error: Error | null, granted: { topic: string; qos: number }[]) => void,
  ): void {
    this.wishes = wishes;
    if (this.granted !== undefined) done(...this.granted(wishes));
  }

  publish(
    topic: string,
    payload: Buffer,
    { qos, retain }: { qos: number; retain: boolean },
    done: (error?: Error) => void,
  ): void {
    this.sent.push({ topic, payload: String(payload), qos, retain, done });
    if (this.willing) done();
  }

  end(force: boolean, done: () => void): void {
    this.ends.push(force);
    if (this.willing) done();
  }

  get texts(): string[] {
    return this.sent.map(({ topic, payload }) => `${topic}=${payload}`);
  }
}

/** Makes clients, and has the one that was made last. */
export class Fakes {
  client!: FakeClient;
  /** What a test does with one before it is used. */
  prepare: (client: FakeClient) => void = () => {};

  readonly connect: MqttConnect = (url, options) => {
    this.client = new FakeClient(url, options);
    this.prepare(this.client);
    return this.client;
  };
}
