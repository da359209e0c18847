/** The connection's own life as users see it, apart from the state machine, which belongs to the protocol. */
export type ConnectionPhase = 'connecting' | 'open' | 'halfClosed' | 'draining' | 'closed';

/** How far a connection is: the one value that says so. */
export type Step =
  | 'connecting'
  | 'open'
  | 'ended'
  | 'halfClosed'
  | 'answering'
  | 'finishing'
  | 'parting'
  | 'draining'
  | 'cutting'
  | 'gone'
  | 'closed';

/** What happens to it: commands of its Tonic, and what the socket and the watches tell. */
export type Input =
  /** `ttsc__end`: this side sends no more. */
  | 'end'
  /** `ttsc__close`, an idle time or a failed Tonic: it closes, after what was given. */
  | 'close'
  /** `ttsc__abort`: it closes at once. */
  | 'abort'
  /** It has closed for too long without progress. */
  | 'lingerOver'
  /** More is unsent than may be. */
  | 'overflow'
  /** Some of what was given, or was to be given, cannot be sent: an answer is missing, or the rest of a stream that it relays. */
  | 'truncated'
  /** Another one has what comes from now on, and says itself when this side ends. */
  | 'takenOver'
  /** As `close`, where the peer is told so by its protocol, and says the same. */
  | 'part'
  /** Its Tonic finishes. */
  | 'finish'
  /** The peer sends no more, and this side may go on. */
  | 'peerEnded'
  /** The peer sends no more, and this side ends with it when its answers are given. */
  | 'peerEndedBoth'
  /** What was asked before is answered. */
  | 'answered'
  /** The socket failed: the peer reset it, or an error did. */
  | 'failed'
  /** The socket is closed. */
  | 'closed';

/** What is done as a step is entered. */
export type Deed =
  /** The peer is told that this side sends no more, after what was given. */
  | 'sayEnd'
  /** The orders that lead to answers run first; `answered` follows. */
  | 'awaitAnswers'
  /** As that, after one more look at what has come. */
  | 'lookOnce'
  /** The peer is told by its protocol that this is the end; what it says to that is heard. */
  | 'part'
  /** What was given leaves, the end is told, and what comes is dropped. */
  | 'drain'
  /** What was promised leaves; the rest is given up, and the peer sees a reset when it takes no more: a reset at once would take that too. */
  | 'cut'
  /** What was handed to the socket leaves, and no end is told: the peer sees a reset. */
  | 'cutOff'
  /** It is closed at once. What is unsent is lost, and the peer sees a reset. */
  | 'reset'
  /** It is closed at once; the peer sees a reset where something is lost. */
  | 'letGo'
  /** Nothing is to be answered any more: it stays open until it is ended. */
  | 'goOn'
  /** Nothing is done: the socket closes by itself. */
  | 'wait';

interface Row {
  /** What users see. */
  readonly phase: ConnectionPhase;
  /** Whether sends are taken. */
  readonly sends: boolean;
  /** Whether its Tonic hears what comes; else it is dropped. */
  readonly hears: boolean;
  readonly on: Readonly<Partial<Record<Input, readonly [next: Step, deed: Deed]>>>;
}

const over = { failed: ['gone', 'wait'], closed: ['closed', 'wait'] } as const;
const anyTime = {
  ...over,
  part: ['parting', 'part'],
  close: ['draining', 'drain'],
  abort: ['gone', 'reset'],
  overflow: ['cutting', 'cut'],
  truncated: ['cutting', 'cutOff'],
} as const;

/**
 * The life of a connection: what each input does in each step. What is not in a row changes nothing there.
 *
 * ```text
 *  connecting -> open -> ended      (this side sends no more)  ------\
 *                  |---> halfClosed (the peer sends no more)   -------+-> draining -> closed
 *                  |---> answering  (the same, and it ends too) -----/       |
 *                  |---> finishing  (its Tonic finishes)  ----------/        v
 *                  \---> parting    (both sides say so, by their protocol) -/
 *                        from everywhere: cutting (too much is unsent) ->  gone -> closed
 * ```
 */
export const LIFE: Readonly<Record<Step, Row>> = {
  connecting: { phase: 'connecting', sends: false, hears: false, on: {} },
  open: {
    phase: 'open',
    sends: true,
    hears: true,
    on: {
      ...anyTime,
      end: ['ended', 'sayEnd'],
      finish: ['finishing', 'lookOnce'],
      peerEnded: ['halfClosed', 'wait'],
      peerEndedBoth: ['answering', 'awaitAnswers'],
    },
  },
  ended: {
    phase: 'open',
    sends: false,
    hears: true,
    on: {
      ...anyTime,
      finish: ['draining', 'drain'],
      peerEnded: ['draining', 'drain'],
      peerEndedBoth: ['draining', 'drain'],
    },
  },
  halfClosed: {
    phase: 'halfClosed',
    sends: true,
    hears: false,
    on: { ...anyTime, end: ['draining', 'drain'], finish: ['finishing', 'lookOnce'] },
  },
  answering: {
    phase: 'halfClosed',
    sends: true,
    hears: false,
    on: {
      ...anyTime,
      end: ['draining', 'drain'],
      answered: ['draining', 'drain'],
      finish: ['finishing', 'lookOnce'],
      takenOver: ['halfClosed', 'goOn'],
    },
  },
  finishing: {
    phase: 'draining',
    sends: true,
    hears: true,
    on: {
      ...anyTime,
      end: ['draining', 'drain'],
      answered: ['draining', 'drain'],
      peerEnded: ['finishing', 'wait'],
      peerEndedBoth: ['finishing', 'wait'],
    },
  },
  parting: {
    phase: 'draining',
    sends: false,
    hears: true,
    on: {
      ...over,
      close: ['draining', 'drain'],
      abort: ['gone', 'reset'],
      overflow: ['cutting', 'cut'],
      peerEnded: ['draining', 'drain'],
      peerEndedBoth: ['draining', 'drain'],
    },
  },
  draining: {
    phase: 'draining',
    sends: false,
    hears: false,
    on: { ...over, abort: ['gone', 'reset'], lingerOver: ['gone', 'letGo'], truncated: ['cutting', 'cutOff'] },
  },
  cutting: {
    phase: 'draining',
    sends: false,
    hears: false,
    on: { ...over, abort: ['gone', 'reset'], lingerOver: ['gone', 'reset'] },
  },
  gone: { phase: 'draining', sends: false, hears: false, on: { closed: ['closed', 'wait'] } },
  closed: { phase: 'closed', sends: false, hears: false, on: {} },
};
