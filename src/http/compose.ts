import '../compose.js';
import { appPorts } from '../app/app-ports.js';
import { tonicStore } from '../tonics/tonic-store.js';
import { HttpServer } from './server/http-server.js';

// A configuration, and a thread that runs a part of a server, know it by its name.
appPorts.tonicStore = tonicStore.with({ HttpServer });
