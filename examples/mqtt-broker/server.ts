// A broker for MQTT 3.1.1: `node dist/examples/mqtt-broker/server.js`, then `mosquitto_sub -t 'rooms/#'`; `--help` shows more.
import { runServer } from '../shared/program.js';
import { webServing } from '../shared/serving.js';
import { Broker } from './broker.js';

await runServer({
  name: 'mqtt-broker',
  about: 'Brings messages of MQTT 3.1.1 to who has subscribed to them, with QoS 0 and 1',
  defaults: { host: '127.0.0.1', port: 1883 },
  options: { web: 'NUMBER  the port for WebSockets, at /mqtt (default: none)' },
  start: (places, { web }) => void new Broker(places, webServing(places, web)),
});
