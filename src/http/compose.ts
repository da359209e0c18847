import { appPorts } from '../app/app-ports.js';
import { tonicStore } from '../tonics/tonic-store.js';
import { HttpServer } from './server/http-server.js';

// Configurations and threads find the class by its name.
appPorts.tonicStore = tonicStore.with({ HttpServer });
