// Bugs in what many share: the sessions of a UDP server, a pool of clients, the streams of a connection.
import type { Change } from './support/mutated-tree.js';
import type { TestPlace } from './support/test-in.js';

const UDP = 'src/tonics/udp/';
const UDP_TESTS = 'test/tonics/udp/';

/** In the sessions of a UdpServer, and in what is sent until it is answered. */
const SESSIONS: readonly (Change & TestPlace)[] = [
  {
    what: 'a peer is forgotten with another one that has its port',
    file: `${UDP}server/peer-table.ts`,
    find: 'return found.remote.address === address ? found : undefined;',
    replace: 'return found;',
    test: `${UDP_TESTS}server/peer-table.test.ts`,
    sentence: 'finds each by address and port, also where several have one port',
  },
  {
    what: 'who has been seen again stays the idlest',
    file: `${UDP}server/seen-lists.ts`,
    find: '    list.unlink(one);\n    list.append(one);',
    replace: '',
    test: `${UDP_TESTS}server/udp-idle.test.ts`,
    sentence: 'ends in the order in which they were idle, and each in its time',
  },
  {
    what: 'a loop that is late takes its peers for idle',
    file: `${UDP}server/idle-timer.ts`,
    find: 'this.#waited ? 0 : graceFor(now - this.at)',
    replace: '0',
    test: `${UDP_TESTS}server/idle-timer.test.ts`,
    sentence: 'gives what came while the loop was late its time, once',
  },
  {
    what: 'a session that hears nothing for now is idle',
    file: `${UDP}server/sessions.ts`,
    find: 'if (peer.waiting > 0 || peer.paused) this.#seen.see(peer, now);',
    replace: 'if (peer.waiting > 0) this.#seen.see(peer, now);',
    test: `${UDP_TESTS}server/udp-idle.test.ts`,
    sentence: 'is not idle while nobody hears what comes',
  },
  {
    what: 'who is one too many gets a session',
    file: `${UDP}server/peer-admission.ts`,
    find: "if (isFull && (whenFull === 'refuse' ||",
    replace: "if (isFull && (whenFull !== 'refuse' ||",
    test: `${UDP_TESTS}server/udp-limits.test.ts`,
    sentence: 'refuse who is one too many, and the others go on',
  },
  {
    what: 'sessions that end, and whose places were taken, have no bound',
    file: `${UDP}server/peer-admission.ts`,
    find: 'this.open >= 2 * maxPeers',
    replace: 'this.open >= 20 * maxPeers',
    test: `${UDP_TESTS}server/udp-limits.test.ts`,
    sentence: 'keep twice as many at most while those end whose place was taken',
  },
  {
    what: 'an address of which a session has finished keeps its place in the count',
    file: `${UDP}server/peer-admission.ts`,
    find: '    this.#limits?.leave(holder);\n  }\n\n  #whyNot',
    replace: '  }\n\n  #whyNot',
    test: `${UDP_TESTS}server/udp-limits.test.ts`,
    sentence: 'count a peer of an address until its session has finished',
  },
  {
    what: 'who sends most is heard first',
    file: `${UDP}server/peer-line.ts`,
    find: '    this.join(peer);\n    return bytes;',
    replace:
      '    if (peer.waiting > 0) {\n      peer.nextInLine = this.#first;\n      this.#first = peer;\n      this.#last ??= peer;\n    }\n    return bytes;',
    test: `${UDP_TESTS}server/udp-limits.test.ts`,
    sentence: 'hear one datagram of each peer in turn, however many one of them sends',
  },
  {
    what: 'a session that throws before its close was heard is not told its end',
    file: `${UDP}server/udp-session.ts`,
    find: 'if (this.#closed) return !this.#isTold;',
    replace: 'if (this.#closed) return false;',
    test: `${UDP_TESTS}server/udp-server.test.ts`,
    sentence: 'that throws before its close was heard is told its end all the same',
  },
  {
    what: 'what waits of a session that has failed is not counted',
    file: `${UDP}server/session-feed.ts`,
    find: 'while (this.#at !== undefined && !this.#at.session!._ttHears) this.#at = this.#line.leave();',
    replace: '',
    test: `${UDP_TESTS}server/udp-explored.test.ts`,
    sentence:
      'are told their end once, hear nobody but their peer, and are never too many; and all that came is counted',
  },
  {
    what: 'a session that hears again is not heard',
    file: `${UDP}server/sessions.ts`,
    find: '    this.#seen.see(peer, this.#now);\n    this.#line.join(peer);',
    replace: '    this.#seen.see(peer, this.#now);',
    test: `${UDP_TESTS}server/udp-server.test.ts`,
    sentence: 'pauses: what comes waits, as much as may, until it goes on',
  },
  {
    what: 'the socket of a server closes before what its sessions have sent has left',
    file: `${UDP}server/udp-server.ts`,
    find: "if (this.#sockets?.settled !== false) this.#end('the server finished');",
    replace: "if (this.#sockets !== undefined) this.#end('the server finished');",
    test: `${UDP_TESTS}server/udp-limits.test.ts`,
    sentence: 'end when it has left, and leave no timer',
  },
  {
    what: 'a datagram that was answered is sent again',
    file: `${UDP}unanswered.ts`,
    find: '    one.stop();\n    this.#waiting.delete(key);',
    replace: '',
    test: `${UDP_TESTS}resend.test.ts`,
    sentence: 'goes no more when it was answered, which is said once',
  },
  {
    what: 'an answer that lies in the kernel while the loop is late is none',
    file: `${UDP}unanswered.ts`,
    find: 'this.#isGraceGiven ? 0 : graceFor(now - this.at)',
    replace: '0',
    test: `${UDP_TESTS}resend.test.ts`,
    sentence: 'is not given up while the loop was late: what came meanwhile is heard before',
  },
  {
    what: 'datagrams that wait for their answers have no bound',
    file: `${UDP}unanswered.ts`,
    find: 'if (others < MOST && bytes',
    replace: 'if (bytes',
    test: `${UDP_TESTS}resend.test.ts`,
    sentence: 'is refused where too many wait for their answers, and those go on',
  },
  {
    what: 'a session that is over sends again',
    file: `${UDP}server/udp-session.ts`,
    find: '    this._ttStopResending();\n',
    replace: '',
    test: `${UDP_TESTS}resend.test.ts`,
    sentence: 'leaves no timer behind',
  },
];

const POOL = 'src/tonics/tcp/pool/';
const POOL_TEST = 'test/tonics/tcp/pool/tcp-client-pool.test.ts';

const POOLS: readonly (Change & TestPlace)[] = [
  {
    what: 'a request goes to the client with the most under way',
    file: `${POOL}pool-member.ts`,
    find: 'return this.#calls.size < other.#calls.size;',
    replace: 'return this.#calls.size > other.#calls.size;',
    test: POOL_TEST,
    sentence: 'gives a request to the client with the fewest under way',
  },
  {
    what: 'one client gets more requests than it may have',
    file: `${POOL}pool-member.ts`,
    find: 'return this.#calls.size < this.#most && this.isReady;',
    replace: 'return this.isReady;',
    test: POOL_TEST,
    sentence: 'has no more than it may under way with one client, and the others wait in their order',
  },
  {
    what: 'the bytes of requests that wait have no bound',
    file: `${POOL}waiting-calls.ts`,
    find: ' && this.bytes <= waitingBytes',
    replace: '',
    test: POOL_TEST,
    sentence: 'bounds the bytes that wait',
  },
  {
    what: 'a request may be sent again and again',
    file: `${POOL}pool-call.ts`,
    find: '    this.#repeatable = false;',
    replace: '',
    test: POOL_TEST,
    sentence: 'sends what may be repeated once more, and only once',
  },
  {
    what: 'a client whose requests are never answered keeps its connection',
    file: `${POOL}pool-member.ts`,
    find: 'if (isLate) this.#timeouts++;',
    replace: '',
    test: POOL_TEST,
    sentence: 'gives up the connection of one whose requests are not answered, after so many in a row',
  },
  {
    what: 'a client that is not healthy gets requests',
    file: `${POOL}pool-member.ts`,
    find: "    this.#phase = isHealthy ? 'ready' : 'unwell';\n    if (isHealthy) this.#pool.freed(this);",
    replace: "    this.#phase = 'ready';\n    this.#pool.freed(this);",
    test: POOL_TEST,
    sentence: 'gives no request to one whose answer it does not accept, until it does',
  },
  {
    what: 'clients without requests stay for ever',
    file: `${POOL}tcp-client-pool.ts`,
    find: '      this.#resting.delete(member);\n      member.leave();',
    replace: '      this.#resting.delete(member);',
    test: POOL_TEST,
    sentence: 'closes them, but for those that it keeps, and opens others when they are needed',
  },
];

const STREAMS = 'src/tonics/tcp/connection/streams/';
const STREAM_TESTS = 'test/tonics/tcp/connection/streams/';

const OF_STREAMS: readonly (Change & TestPlace)[] = [
  {
    what: 'a stream reads on while its reader is behind',
    file: `${STREAMS}connection-duplex.ts`,
    find: '    this.#isFull = true;\n    this.connection._ttPause(Pause.stream);',
    replace: '',
    test: `${STREAM_TESTS}taken-duplex.test.ts`,
    sentence: 'pauses reading while its reader is behind, and holds no more than its mark and what was read',
  },
  {
    what: 'a reset of the peer looks like its end',
    file: `${STREAMS}taken-duplex.ts`,
    find: 'const isClean = this.#isWhole && info.error === undefined && info.discarded === 0;',
    replace: 'const isClean = true;',
    test: `${STREAM_TESTS}taken-duplex.test.ts`,
    sentence: 'is destroyed with the error when the peer resets',
  },
  {
    what: 'a connection that is destroyed for an error ends in order',
    file: `${STREAMS}taken-duplex.ts`,
    find: 'connection.ttsc__abort();',
    replace: 'connection.ttsc__close();',
    test: `${STREAM_TESTS}taken-duplex.test.ts`,
    sentence: 'resets the connection by destroy(error)',
  },
  {
    what: 'a relay closes the way back when one peer has ended',
    file: `${STREAMS}relay.ts`,
    find: 'if (this.#kept === undefined) this.to.ttsc__end();',
    replace: 'if (this.#kept === undefined) this.to.ttsc__close();',
    test: `${STREAM_TESTS}relay.test.ts`,
    sentence: 'keeps the way back open when one peer has ended its side',
  },
  {
    what: 'a relay ends in order what was cut off on its other side',
    file: `${STREAMS}relay.ts`,
    find: 'if (IN_ORDER.has(reason) && error === undefined) to.ttsc__close();',
    replace: 'if (IN_ORDER.size > 0) to.ttsc__close();',
    test: `${STREAM_TESTS}relay.test.ts`,
    sentence: 'resets the other one when one is reset, after what was given has left',
  },
  {
    what: 'frames() reads on while nobody takes what has come',
    file: `${STREAMS}frame-iterator.ts`,
    find: 'if (this.#frames.length >= this.#limit) this.connection._ttPause(Pause.stream);',
    replace: '',
    test: `${STREAM_TESTS}frame-iterator.test.ts`,
    sentence: 'stops reading while its reader is behind, and keeps no more than its limit',
  },
  {
    what: 'a stream that is left stays open',
    file: `${STREAMS}frame-iterator.ts`,
    find: 'if (!wasDone) this.connection.ttsc__close();',
    replace: '',
    test: `${STREAM_TESTS}frame-iterator.test.ts`,
    sentence: 'closes the connection when its loop is left, after what was sent has left',
  },
  {
    what: 'a stream that was given a name has none',
    file: `${STREAMS}from-duplex.ts`,
    find: '{ address: peer, port: 0 };',
    replace: 'undefined;',
    test: `${STREAM_TESTS}from-duplex.test.ts`,
    sentence: 'has the addresses that the stream says, the name that it is given, or none',
  },
];

export const SOCKET_MUTATIONS = [...SESSIONS, ...POOLS, ...OF_STREAMS];
