import { appPorts } from './app/app-ports.js';
import { ownModule } from './core/own-module.js';
import { ports } from './core/ports.js';
import { sockets } from './core/socket-handover.js';
import { Services } from './services/services.js';
import { inThread } from './links/thread/thread-start.js';
import { type ThreadClass, spawn } from './links/thread/thread-tonic.js';
import { SelectorCatalyst } from './selector/selector-catalyst.js';
import { socketHandover } from './selector/node/socket-handover.js';
import { logServices } from './tonics/log/log-services.js';
import { serviceManager } from './tonics/readiness/service-manager.js';
import { ServerCatalyst } from './tonics/tcp/server/server-catalyst.js';
import { tonicStore } from './tonics/tonic-store.js';

// The core knows no upper layer: what it needs of them is filled in here, by every entry point.
appPorts.makeMainCatalyst = () => new SelectorCatalyst();
ports.makeServices = (runtime) => new Services(runtime);
sockets.handover = socketHandover;
appPorts.tonicStore = tonicStore;
appPorts.logServices = logServices;
appPorts.serviceEnvironment = () => serviceManager.environment;
ports.threads = { inThread, spawn: (catalystClass, args) => spawn(catalystClass as ThreadClass, args) };
ownModule(ServerCatalyst, import.meta.url);
