import './compose.js';

export { Catalyst, type CatalystOptions } from './core/catalyst.js';
export { Formula, type FormulaData, type FormulaPaths, type RunOptions, type RunResult } from './app/formula.js';
export { Tonic, type ServiceNamed, type StateOf } from './core/tonic.js';
export type { UsedAs } from './core/used.js';
export type { Said, TonicConstructor, With } from './core/plan/declarations.js';
export type { Raisable, Sparkles } from './core/plan/sparkle-callers.js';
export type { BoundSparkle, SparkleKey } from './core/plan/bound-sparkle.js';
export type { TonicOptions } from './core/options/tonic-options.js';
export {
  TimerSingleShot,
  TimerRepeat,
  TimerPausing,
  type Period,
  type TimerInfo,
  type TimerOptions,
  type TimerPausingOptions,
  type AnyTimerOptions,
  type Timer,
  type PeriodTimer,
} from './core/time/timer.js';
export type {
  AnyTonic,
  FailureInfo,
  InfusionFailure,
  InfusionInfo,
  RemoteHandle,
  Source,
  UnheardCommand,
} from './core/any-tonic.js';
export type { Registry, Scheduler, AppFace } from './core/scheduler.js';
export type { LineLevel, LogService } from './core/log-port.js';
export { ERRORS, TaskTonicError, type ErrorCode, type ErrorDetails } from './core/errors.js';
export { Ledger } from './core/ledger.js';
export type { LogMode } from './core/log-level.js';
export type { IpLogOptions, LogOptions, LogTarget } from './log/log-options.js';
export type { LogLine, TonicLog } from './core/tonic-log.js';
export type { EntryBounds } from './log/log-entries.js';
export type { LogLane } from './core/log-lane.js';
export { LogServices, type LogCatalog, type LogServiceMaker, type LogSinkMaker } from './log/log-services.js';
export type { LogContext, LogSink } from './core/log-sink.js';
export { showLog, type ShowLogOptions } from './log/log-show.js';
export { terminalSafe } from './log/terminal-safe.js';
export type { Metrics, SparkleMetrics, Spread } from './core/metrics.js';
export { OrderQueue, type CatalystQueue, type Waker } from './core/queue/order-queue.js';
export { Order, type KeptOrder } from './core/queue/order.js';
export type { Dispatcher, Sparkle, SparkleBinder } from './core/plan/plan.js';
export type { Supervised, SuperviseOptions, Strategy } from './core/features/supervised.js';
export { nodeClock, type Clock, type ClockTimer } from './core/time/clock.js';
export type { TimerQueue } from './core/time/timer-queue.js';
export type { Doorbell, Parker } from './core/queue/parker.js';
export type { StartProblem, TonicMaker } from './config/tonic-maker.js';
export { systemRandom, type Random } from './core/time/random.js';
export { Runtime } from './core/runtime.js';
export type { Remote, RemoteSparkle } from './core/plan/remote.js';
export type { ThreadOptions } from './core/catalyst.js';
export { Answer } from './core/asking/answer.js';
export { Reply, type Responder } from './core/asking/reply.js';
export type { PipeOptions } from './core/asking/pipe.js';
export type { AskOptions, Question } from './core/asking/ask.js';
export type { AskArgs, AskKey, AskValue, Asked, NotAwaited, Asks } from './core/asking/asking.js';
export { ChunkedWork, type ChunkedWorkOptions, type Work, type WorkInfo } from './core/features/chunked.js';
export type { InboxCounts } from './core/features/extras.js';
export type { InboxLimit } from './core/options/inbox-options.js';
export type { StateTimeoutInfo } from './core/features/state-timeout.js';
export type { TransitionOptions } from './core/options/tonic-options.js';
export type { ShutdownInfo } from './core/shutdown.js';
export type { Configuration, ConfigurationChange, ConfigurationOf, ValueAt } from './core/configuration.js';
export type { ConfigurationProblem } from './config/configuration-problems.js';
export type { ConfigurationSources, Environment } from './config/configuration-sources.js';
export * from './links/index.js';
export * from './selector/index.js';
export * from './tonics/index.js';
