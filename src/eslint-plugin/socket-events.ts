import { EVENTS, type HeardEvents, NearlyEvents } from '../core/plan/heard-events.js';
import { rootOf } from './tonic-classes.js';
import type { ClassNode, RuleContext } from './syntax.js';

const LIFE: HeardEvents = {
  events: [
    'onStart', 'onEnter', 'onExit', 'onStateTimeout', 'onUnheard', 'onDraining', 'onFinished', 'onFailure',
    'onInfusionFinished', 'onInfusionFailed',
    'onConfigurationChanged', 'onShutdown',
  ], // prettier-ignore
};
const CONNECTION: HeardEvents = {
  events: [
    'onConnected', 'onData', 'onFrame', 'onDrain', 'onHighWater', 'onEnd', 'onSecure', 'onRelayEnded', 'onDisconnected', 'onError',
  ], // prettier-ignore
  mistaken: {
    onMessage: 'onData',
    onLine: 'onFrame',
    onConnect: 'onConnected',
    onOpen: 'onConnected',
    onClose: 'onDisconnected',
    onSecureConnect: 'onSecure',
  },
};

const SERVER: HeardEvents = {
  events: ['onListening', 'onTurnedAway', 'onError'],
  mistaken: { onConnection: 'onConnected' },
};
const HTTP: HeardEvents = { events: ['onRequest'] };
const WEB_SOCKET: HeardEvents = {
  events: ['onConnected', 'onMessage', 'onDrain', 'onHighWater', 'onDisconnected', 'onError'],
  mistaken: {
    onData: 'onMessage',
    onFrame: 'onMessage',
    onText: 'onMessage',
    onConnect: 'onConnected',
    onOpen: 'onConnected',
    onClose: 'onDisconnected',
  },
};

/** What classes of the package say of their events. Written again, since to import them would load all of the framework into an editor. */
export const SAID: Readonly<Record<string, readonly HeardEvents[]>> = {
  Tonic: [LIFE],
  Catalyst: [LIFE],
  SelectorCatalyst: [LIFE],
  TcpConnection: [LIFE, CONNECTION],
  TcpClient: [LIFE, CONNECTION],
  TcpServer: [LIFE, SERVER],
  MessageServer: [LIFE, SERVER],
  HttpServer: [LIFE, SERVER, HTTP],
  HttpConnection: [LIFE, CONNECTION, HTTP],
  WebSocketConnection: [LIFE, CONNECTION, WEB_SOCKET],
  WebSocketClient: [LIFE, CONNECTION, WEB_SOCKET],
  StoreConnection: [LIFE, CONNECTION, WEB_SOCKET],
  TcpBackends: [LIFE, { events: ['onBackendChanged'] }],
  UdpServer: [
    LIFE,
    {
      events: ['onListening', 'onTurnedAway', 'onError'],
      mistaken: { onConnection: 'onConnected', onSession: 'onConnected' },
    },
  ],
  UdpSession: [
    LIFE,
    {
      events: ['onConnected', 'onData', 'onFrame', 'onDrain', 'onUnanswered', 'onDisconnected', 'onError'],
      mistaken: {
        onDatagram: 'onData',
        onMessage: 'onData',
        onLine: 'onFrame',
        onConnect: 'onConnected',
        onOpen: 'onConnected',
        onClose: 'onDisconnected',
      },
    },
  ],
  UdpSocket: [
    LIFE,
    {
      events: ['onListening', 'onDatagram', 'onFrame', 'onDrain', 'onUnanswered', 'onError'],
      mistaken: { onMessage: 'onDatagram', onData: 'onDatagram' },
    },
  ],
};

/** The events of a class that extends one of the package, by way of others in this file. */
export function eventsOf(node: ClassNode, context: RuleContext): NearlyEvents | undefined {
  const said = SAID[rootOf(node, context) ?? ''];
  // As classes that extend one another have it.
  const chain = said?.reduce<object | null>(
    (below, each) => Object.create(below, { [EVENTS]: { value: each } }) as object,
    null,
  );
  return chain === undefined || chain === null ? undefined : new NearlyEvents(chain);
}
