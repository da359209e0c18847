import { ports } from './core/ports.js';
import { SelectorCatalyst } from './selector/selector-catalyst.js';
import { tonicStore } from './tonics/tonic-store.js';

// The core knows no upper layer: what it needs of them is filled in here, by every entry point.
ports.makeMainCatalyst = () => new SelectorCatalyst();
ports.tonicStore = tonicStore;
