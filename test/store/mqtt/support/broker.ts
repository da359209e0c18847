import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MqttClient, connectAsync } from 'mqtt';

/** On some systems it is where only the path of the administrator leads. */
const COMMANDS = ['mosquitto', '/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto', '/opt/homebrew/sbin/mosquitto'];
const COMMAND = COMMANDS.find((command) => spawnSync(command, ['-h']).error === undefined);

/** Skips the tests of a `describe` where there is no mosquitto. */
export function needsBroker(this: Mocha.Context): void {
  if (COMMAND !== undefined) return;
  console.log('    skipped: no mosquitto here');
  this.skip();
}

/** A mosquitto of a test, on a port of its own. */
export class Broker {
  readonly port: number;
  readonly #folder = mkdtempSync(join(tmpdir(), 'tt-mosquitto-'));
  readonly #peers: MqttClient[] = [];
  #process: ChildProcess | undefined;

  private constructor(port: number) {
    this.port = port;
    const config = `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\nmax_queued_messages 0\nlog_dest stderr\nlog_type all\n`;
    writeFileSync(join(this.#folder, 'mosquitto.conf'), config);
  }

  static async start(): Promise<Broker> {
    const broker = new Broker(await freePort());
    await broker.start();
    return broker;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  /** Starts it, again where it was stopped. */
  async start(): Promise<void> {
    const broker = spawn(COMMAND!, ['-c', join(this.#folder, 'mosquitto.conf')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#process = broker;
    let said = '';
    await new Promise<void>((resolve, reject) => {
      broker.stderr.on('data', (text: Buffer) => {
        said += String(text);
        if (said.includes(' running')) resolve();
      });
      broker.on('exit', () => reject(new Error(`mosquitto has ended: ${said}`)));
    });
  }

  async stop(): Promise<void> {
    const broker = this.#process!;
    if (broker.exitCode !== null || broker.signalCode !== null) return;
    broker.kill('SIGKILL');
    await once(broker, 'exit');
  }

  /** Some other client of it, which hears topics. */
  async peer(...topics: string[]): Promise<Peer> {
    const client = await connectAsync(this.url, { protocolVersion: 5 });
    this.#peers.push(client);
    const peer = new Peer(client);
    if (topics.length > 0) await client.subscribeAsync(topics, { qos: 1 });
    return peer;
  }

  async over(): Promise<void> {
    await Promise.all(this.#peers.map((peer) => peer.endAsync(true)));
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export class Peer {
  /** What it has heard, as `topic=payload`. */
  readonly heard: string[] = [];

  constructor(readonly client: MqttClient) {
    client.on('message', (topic, payload) => void this.heard.push(`${topic}=${String(payload)}`));
  }

  async say(topic: string, payload: string | Buffer, retain = false): Promise<void> {
    await this.client.publishAsync(topic, payload, { qos: 1, retain });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  server.close();
  await once(server, 'close');
  return port;
}
