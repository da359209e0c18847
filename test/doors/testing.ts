// The door by which tests enter src/testing: what they try there that is not public.
import '../../src/compose.js';

export { EventQueue, type PlannedEvent } from '../../src/testing/network/event-queue.js';
export { ByteQueue } from '../../src/testing/network/byte-queue.js';
export { FaultSource } from '../../src/testing/network/fault-source.js';
export { Faults } from '../../src/testing/faults.js';
export { snapshot } from '../../src/testing/snapshot.js';
export { timeText } from '../../src/testing/trace-table.js';
export { NOON, VirtualClock } from '../../src/testing/virtual-clock.js';
export { checkFramingSchema, distillerSchema, exploreSchema } from '../../src/testing/bench-options.js';
export { hostSchema, networkSchema, partitionSchema } from '../../src/testing/network/network-options.js';
export { sparkleSchema } from '../../src/testing/sparkle-conditions.js';
