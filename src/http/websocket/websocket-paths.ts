import type { IncomingMessage } from 'node:http';
import * as v from 'valibot';
import { fail } from '../../core/errors.js';
import { badOption } from '../../core/options/option-problem.js';
import { parseOptions } from '../../core/options/option-schema.js';
import { Plan } from '../../core/plan/plan.js';
import { protocolMaker } from '../../tonics/tcp/connection/protocol.js';
import type { ConnectionSettings } from '../../tonics/tcp/connection/connection-options.js';
import { type Ws, loadWs } from './load-ws.js';
import { type Agreed, type Refusal, agree, asksForWebSocket, deflateOptions } from './opening.js';
import { WebSocketConnection } from './websocket-connection.js';
import { WebSocketFraming } from './websocket-framing.js';
import type { Opened } from './websocket-line.js';
import {
  type WebSocketPathOptions,
  type WebSocketPathSettings,
  type WebSocketProtocol,
  type WebSocketTonic,
  webSocketPathSchema,
} from './path-options.js';
import { originFormOf, pathOf } from '../request-target.js';

/** The paths at which WebSockets are opened, and what is there: the Tonic of each, or that with options. */
export type WebSocketPaths = Readonly<Record<string, WebSocketProtocol | WebSocketPathOptions>>;

export const webSocketsOption = v.custom<WebSocketPaths>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'must be a record of paths, with a class of WebSocketConnection or of overWebSocket() each, or { protocol, ... }',
);

/** A class of WebSocketConnection may declare its subprotocols, if the options do not. */
interface Speaks {
  readonly subprotocols: string[];
}

/** One path at which WebSockets are opened. */
export class WebSocketPath {
  readonly make: () => WebSocketTonic;
  readonly #ws: Ws;
  readonly #settings: WebSocketPathSettings;
  readonly #threshold: number;
  #connection: ConnectionSettings | undefined;

  constructor(ws: Ws, settings: WebSocketPathSettings, className: string) {
    const { protocol } = settings;
    if (protocol.prototype instanceof WebSocketConnection) Plan.of(protocol as new () => WebSocketConnection<string>);
    const make = protocolMaker(protocol as never, className);
    this.make = () => {
      const made = make();
      if ('_ttUpgraded' in made) return made as WebSocketTonic;
      throw fail('TT_BAD_PROTOCOL', { class: className, base: 'TcpConnection' });
    };
    this.#ws = ws;
    const { subprotocols = (protocol as Partial<Speaks>).subprotocols } = settings;
    this.#settings = { ...settings, subprotocols };
    this.#threshold = deflateOptions(settings.perMessageDeflate)?.threshold ?? 0;
  }

  agree(request: IncomingMessage): Agreed | Refusal {
    return agree(this.#ws, request, this.#settings);
  }

  opened({ request, subprotocol, extensions }: Agreed): Opened {
    const threshold = this.#threshold;
    return { ws: this.#ws, isServer: true, settings: this.#settings, request, subprotocol, extensions, threshold };
  }

  /** The settings of its connections, one object for all. */
  settingsBy(ofServer: ConnectionSettings): ConnectionSettings {
    return (this.#connection ??= {
      ...ofServer,
      framing: new WebSocketFraming(this.#ws, this.#settings.maxPayload, true),
      halfOpen: false,
    });
  }
}

/** All paths of a server at which WebSockets are opened. */
export class WebSocketPathTable {
  readonly #paths: ReadonlyMap<string, WebSocketPath>;

  private constructor(paths: ReadonlyMap<string, WebSocketPath>) {
    this.#paths = paths;
  }

  /**
   * The table for an option; `undefined` if it is empty.
   * @throws {TaskTonicError} `TT_BAD_OPTION`, `TT_BAD_PROTOCOL`, `TT_NEEDS_PACKAGE`
   */
  static of(paths: WebSocketPaths | undefined, className: string): WebSocketPathTable | undefined {
    if (paths === undefined) return undefined;
    if (!v.is(webSocketsOption, paths)) throw badOption(className, 'webSockets', 'must be a record of paths');
    const ws = loadWs(`"webSockets" of ${className}`);
    const table = Object.entries(paths).map(([path, given]) => {
      if (!path.startsWith('/')) throw badOption(className, 'webSockets', `the path "${path}" must begin with /`);
      const options = typeof given === 'function' ? { protocol: given } : given;
      const settings = parseOptions(webSocketPathSchema, options, `webSockets["${path}"] of ${className}`);
      return [path, new WebSocketPath(ws, settings, className)] as const;
    });
    return new WebSocketPathTable(new Map(table));
  }

  /** Whether a request asks for one of these paths. */
  takes(request: IncomingMessage): boolean {
    return asksForWebSocket(request) && this.find(request) !== undefined;
  }

  /** The path of a request. */
  find({ url = '/' }: IncomingMessage): WebSocketPath | undefined {
    return this.#paths.get(pathOf(originFormOf(url)));
  }
}
