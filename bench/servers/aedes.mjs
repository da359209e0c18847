// The same with the library aedes, as its page shows it.
import { createServer } from 'node:net';
import { Aedes } from 'aedes';
import { tellPort } from './child.mjs';

const broker = await Aedes.createBroker();
const server = createServer(broker.handle);
server.listen(0, '127.0.0.1', () => tellPort(server.address().port));
process.on('SIGTERM', () => process.exit(0));
