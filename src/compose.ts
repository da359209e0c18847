import { appPorts } from './app/app-ports.js';
import { ports } from './core/ports.js';
import { Services } from './services/services.js';
import { inThread } from './links/thread/thread-start.js';
import { type ThreadClass, spawn } from './links/thread/thread-tonic.js';
import { SelectorCatalyst } from './selector/selector-catalyst.js';
import { logServices } from './tonics/log/log-services.js';
import { ServerCatalyst } from './tonics/tcp/server/server-catalyst.js';
import { tonicStore } from './tonics/tonic-store.js';

// The core knows no upper layer: what it needs of them is filled in here, by every entry point.
appPorts.makeMainCatalyst = () => new SelectorCatalyst();
ports.makeServices = (runtime) => new Services(runtime);
appPorts.tonicStore = tonicStore;
appPorts.logServices = logServices;
ports.threads = { inThread, spawn: (catalystClass, args) => spawn(catalystClass as ThreadClass, args) };
// A thread loads whatever file this has become a part of (the package's, or a bundle of an app), and takes the class from there.
const SERVER_CATALYST = `tasktonic.ServerCatalyst of ${import.meta.url}`;
Object.defineProperty(globalThis, Symbol.for(SERVER_CATALYST), { value: ServerCatalyst, configurable: true });
const TEXT = `import ${JSON.stringify(import.meta.url)};
export const ServerCatalyst = globalThis[Symbol.for(${JSON.stringify(SERVER_CATALYST)})];`;
Object.defineProperty(ServerCatalyst, 'module', { value: `data:text/javascript,${encodeURIComponent(TEXT)}` });
