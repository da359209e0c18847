import { nodeUtil } from './lazy-node.js';

/**
 * Every error of TaskTonic, in one table: the stable code, what happened and what to do.
 * `{name}` stands for a detail given where the error is made. Codes are never reused for another meaning.
 */
export const ERRORS = {
  // Names and plans
  TT_BAD_SPARKLE_NAME:
    'The method {key} begins like the name of a sparkle, but does not follow its pattern: write {prefix}__name or {prefix}_state__name, with no further "__".',
  TT_RESERVED_SPARKLE: '{class}.{key} uses a name that is reserved for the framework: choose another one{hint}.',
  TT_SPARKLE_FIELD: '{class}.{key} is a field, so calling it would run it at once: make it a method.',
  TT_BASE_FIELD: '{class} has a field "base", which hides its base: write "declare readonly base: ..." instead.',
  TT_NOT_A_METHOD: '{class}.{key} has the name of a sparkle but is {kind}: a sparkle is a plain method.',
  TT_BAD_GROUP: 'The group {group} of states of {class} is not valid: {problem}.',
  TT_GROUP_IS_NO_STATE: '{group} is a group of states of {class}, and not a state ({key}): name one of {states}.',
  TT_UNKNOWN_STATE: '{class} has no state {state} ({key}): its states are {states}.',
  TT_UNKNOWN_EVENT:
    '{class} has no event for {key}: did you mean {nearest}? If it is an event of your own, list it in "static events".',
  TT_NEARLY_EVENT:
    '{class} has {key}, which would never be called: the event is {event}. Rename it, or define that event too.',
  TT_UNKNOWN_SPARKLE: '{class} has no sparkle {key}: give the name of one of its sparkles.',
  TT_UNBOUND_SPARKLE:
    'The sparkle {key} was called without its Tonic: call it as tonic.{key}(), or take a reference with tonic.bind("{key}").',
  TT_RENAMED: '{was} was renamed: write {is}.',
  TT_NOT_A_SPARKLE:
    '{what} is not a sparkle of {class}: give one of its sparkles, such as this.ttse__done, or a reference made with bind().',
  TT_BAD_PREFIX:
    '{prefix} cannot be a prefix of sparkles: use letters and digits, begin with a letter, and choose one that is not built in.',
  TT_NO_DIAGRAM: '{class} has no diagram: {problem}.',
  TT_NO_SOURCE: 'The source of {what} cannot be read: {problem}. Draw the class from its own code.',
  // Life
  TT_NO_BASE:
    '{class} was made outside any sparkle, so its base is not known: give it as the option "base", or make it inside a sparkle.',
  TT_BASE_FINISHED: '{class} cannot be infused: its base {base} is finishing. Make it before, or in ttse__onDraining.',
  TT_NAME_TAKEN: 'The name {name} is taken by {holder}: names are unique in an app, so choose another one.',
  TT_BAD_OPTION: 'The option {option} of {class} is not right: {problem}.',
  TT_ASYNC_SPARKLE:
    'The sparkle {key} of {class} returned a promise: a sparkle is synchronous. Bring the result back with this.pipe().',
  TT_TRANSITION_LOOP:
    '{tonic} made {count} transitions after one sparkle without an end: break the circle of toState() calls in its onEnter and onExit.',
  TT_TIMER_UNHEARD: '{class} has no handler for its timer ({timer}): write {event}, or give the timer a sparkleBack.',
  TT_INPUT_UNHEARD:
    '{class} receives {what}, but there is no handler for them: write {event} in {where}, or an empty one to ignore them.',
  TT_RAISED_AT_END:
    '{tonic} raised {sparkle} in its ttse__onFinished, after which no sparkle of it runs: do that work in ttse__onFinished itself, or raise it in ttse__onDraining.',
  TT_RAISES_FOR_EVER:
    '{sparkle} of {tonic} was raised at the end of a chain of {count} orders, each of which raised the next: call the sparkle instead, so that other Tonics have their turn.',
  TT_QUEUES_ITSELF:
    '{sparkle} of {tonic} has queued itself {count} times without a pause, with the same arguments in the state {state}: to run the generic body write this.generic.{generic}(); for long work use ChunkedWork; to wait, use a timer or an event.',
  TT_ABORTED: '{tonic} had not finished {phase} after {ms} ms and was aborted.',
  TT_GRACE_EXCEEDED:
    'The app had not ended {ms} ms after {signal}: {count} Tonics were aborted ({tonics}). Let them end sooner, or raise "shutdown/grace".',
  TT_INFUSION_FAILED: '{tonic} failed and its base {base} has no ttse__onInfusionFailed, so the base fails too.',
  TT_RESTART_LIMIT:
    '{tonic} failed {count} times within {ms} ms, so its base {base} does not restart it again: see why it fails, or raise "limit" of supervise().',
  TT_NOT_RUNNING: '{what} needs a running sparkle of {tonic}: call it inside one.',
  // Catalyst and Formula
  TT_QUEUE_FULL:
    'The queue of {catalyst} holds {count} orders, its hard limit: slow the sender down, or raise "queueLimit".',
  TT_INBOX_FULL:
    '{tonic} refuses {sparkle}: {count} calls wait for it ({bytes} bytes), the limit of its class. Call it less often, or raise "static inboxLimit".',
  TT_INBOX_DROPS:
    'So many calls wait for {tonic}, the limit of its class, that the oldest are dropped for newer ones: the first is {sparkle}; inboxCounts has their number. Call it less often, or raise "static inboxLimit".',
  TT_INBOX_REFUSED:
    '{tonic} refused {count} calls from other threads, since as many wait as its class allows: {sparkles}. Call it less often, or raise "static inboxLimit".',
  TT_NO_RUNTIME: '{class} was made outside a Formula: run a Formula, or make it with a base.',
  TT_NO_CATALYST: 'creatingMainCatalyst() of {class} returned no Catalyst: return one, or do not override it.',
  TT_UNKNOWN_TONIC: 'The TonicStore has no {name}{hint}. Add your own with tonicStore.with({ ... }).',
  TT_TONIC_EXISTS: 'The TonicStore already has another {name}: choose another name.',
  TT_ALREADY_SPARKLING: '{catalyst} is already running: a Catalyst is started once.',
  TT_LOOP_BROKEN: 'The loop of {catalyst} ended with an error: see the cause.',
  // Threads
  TT_NOT_TRANSFERABLE: '{path} cannot be sent to another thread: it is {what}; {remedy}.',
  TT_NO_MODULE:
    '{class} cannot be loaded by another thread: write "static override readonly module = import.meta.url" in it, and export it from that module.',
  TT_NOT_IN_MODULE:
    'The module {module} does not export the class {class}: export it there. In an app bundled into one file, export it from the bundle, or make the class a file of its own.',
  TT_RUN_IN_THREAD:
    '{class}.run() was called in the thread of a Catalyst, which would run the app again: call it only "if (isMainThread)", or put the Catalyst into a module of its own.',
  TT_THREAD_EXITED: 'The thread of {tonic} ended with exit code {code} before its Catalyst had finished.',
  TT_NOBODY_NAMED:
    'A call for {name} was dropped, since no Tonic has that name now: see whether it has finished, or has another name.',
  TT_NO_LOADER:
    'The thread of {tonic} cannot load {module}: Node has no loader for such a file in that thread. Start the app with "node --import" and a loader that works in threads, too (such as tsx), or let "module" name the compiled JavaScript.',
  TT_THREAD_FAILED: 'The thread of {tonic} failed: see the cause.',
  TT_THREAD_OUT_OF_MEMORY: 'The thread of {tonic} ran out of memory: raise "resourceLimits", or let it hold less.',
  TT_THREAD_STUCK:
    'The thread of {tonic} ran one turn for more than {ms} ms and was ended: cut its work into shorter sparkles, or raise "watchdog".',
  TT_ORDERS_LOST: '{count} orders for {tonic} were lost with it: {sparkles}.',
  TT_NO_REUSE_PORT:
    'Node {node} cannot have several listeners on one port: {class} needs 22.12, 23.1 or newer for {option}{instead}.',
  // Services
  TT_BAD_SERVICE: '{class} cannot be the service {service}: {problem}.',
  TT_NOT_A_SERVICE: '{class} is not a service: write "static readonly service = \'name\'" in it.',
  TT_SERVICE_EXISTS:
    'The service {service} is already running, as {holder}: get it with this.use({class}), instead of new.',
  TT_SERVICE_BY_USE:
    '{class} is a service: get it with this.use({class}), or make it in creatingStartingTonics(). A service with a thread of its own is a Catalyst.',
  TT_NO_SERVICE:
    'The service {service} has not been started, and {class} is abstract: make a class that extends it in creatingStartingTonics().',
  TT_SERVICE_FAILED: 'The service {service} has failed: see the cause.',
  // Selector
  TT_NEEDS_SELECTOR:
    '{class} needs a SelectorCatalyst, and {catalyst} is another kind of Catalyst: make it under a SelectorCatalyst (the default main Catalyst is one).',
  TT_SELECTOR_CLOSED: 'The Selector is closed: register channels before its Catalyst finishes.',
  TT_ALREADY_REGISTERED: 'The channel is already registered: change its interest with key.modify().',
  // Sockets
  TT_NO_SOCKET:
    '{class} is made by a TcpServer (or a TcpClient with a protocol), which passes its socket: do not make it yourself.',
  TT_NO_PEER: '{class} is made by a UdpServer, which hands it its peer: do not make it yourself.',
  TT_ADDRESS_IN_USE:
    'The address {address} is in use: stop the program that holds it, or choose another port (0 chooses a free one) or path.',
  TT_ADDRESS_NOT_AVAILABLE:
    'The address {address} does not belong to this machine: use one that does, or omit it ("host" of a listener, "localAddress" of a client).',
  TT_NO_LOCAL_END:
    'This machine has no address, or no free port, to connect to {address}: check its addresses of that family, close connections, or omit "localPort".',
  TT_PERMISSION_DENIED:
    'Not permitted at {address}: ports below 1024 need privileges, a UNIX socket needs write permission for its file (or for its folder, to make it), and a broadcast needs "broadcast: true".',
  TT_CONNECTION_REFUSED: 'Nothing listens at {address}: start the server, or correct its address.',
  TT_NO_SUCH_PATH: 'There is nothing at {address}: start the server that makes it, or make its folder.',
  TT_NOT_A_SOCKET: 'The file at {address} is not a socket, so it is not replaced: remove it, or choose another path.',
  TT_NO_ABSTRACT_NAMES:
    'Abstract names of UNIX sockets need Linux and Node 22 or newer (this is Node {node} on {platform}): give the path of a file.',
  TT_BAD_DESCRIPTOR:
    'Nothing can be received on the {address} ({code}): pass an open descriptor of a socket of the right kind that is not in use here.',
  TT_NO_PASSED_SOCKET: 'systemd has passed no {what} to this process: {why}.',
  TT_NOT_NOTIFIED:
    'systemd was not told {words}: {problem}. It needs the program systemd-notify, and NotifyAccess=all in the unit.',
  TT_PID_FILE: 'The PID file {path} cannot be written: {problem}.',
  TT_ONE_THREAD:
    '{class} listens at {address}, which threads cannot share: its connections run on one thread. Omit "catalysts", or listen on a port.',
  TT_UNREACHABLE: '{address} cannot be reached: check the network, its routes and firewalls.',
  TT_NO_SUCH_HOST: 'The host of {address} is not known: correct its name, or check DNS.',
  TT_NO_SRV:
    'No server of the service {name} was found, since {problem}: look at its SRV records, and at the name service.',
  TT_NO_BACKEND:
    'None of {backends} takes a connection now, since each has failed: start one of these servers.{reasons}',
  TT_CHECK_FAILED: 'The check of {backend} failed: {problem}.',
  TT_NO_FITTING_ADDRESS:
    'The host of {address} has no {family} address, which the option {option} requires: choose another host, or another {option}.',
  TT_CONNECT_TIMEOUT: '{address} did not answer within {ms} ms{lookup}: check the network, or raise "connectTimeout".',
  TT_CANNOT_CONNECT:
    'No address of {address} could be connected to: start the server, or correct host and port.{reasons}',
  TT_TIMED_OUT:
    'The peer at {address} no longer answers, so the operating system has ended the connection: check the peer and the network.',
  TT_PEER_RESET: 'The peer at {address} reset the connection.',
  TT_BAD_CERTIFICATE: 'The certificate {whose} cannot be used: {problem}.',
  TT_OWN_CERTIFICATE_EXPIRED:
    'The certificate {whose} ({subject}) expired on {to}, so no client will trust it: renew it.',
  TT_NO_TLS:
    'startTls() of {tonic} has no settings: give its TcpServer or TcpClient the option "tls", with the mode "startTls".',
  TT_TLS_BEGUN: 'startTls() of {tonic} was called on a connection that already uses TLS: check this.tls first.',
  TT_TLS_TIMEOUT:
    'The TLS handshake with {address} was not complete after {ms} ms: check the peer, or raise "handshakeTimeout" (of a client "connectTimeout").',
  TT_TLS_CUT_OFF:
    '{address} ended the connection in the middle of the TLS handshake: the log there may have the reason.',
  TT_TLS_EXPIRED: 'The certificate of {address} ({subject}) expired on {to}: have it renewed.',
  TT_TLS_NOT_YET_VALID:
    'The certificate of {address} ({subject}) is valid from {from} on: wait until then, or correct the clock of this machine.',
  TT_TLS_WRONG_NAME:
    'The certificate of {address} is for {names}, not for {name}: connect by a name that it has, or give that as "servername".',
  TT_TLS_UNKNOWN_AUTHORITY:
    'The certificate of {address} ({subject}) is signed by {issuer}, which is not trusted here: give the certificate of that authority as "ca".',
  TT_TLS_NO_CERTIFICATE:
    '{address} has sent no certificate, and one is required: give the client a "cert" and a "key".',
  TT_TLS_CERTIFICATE_WANTED: '{address} requires a certificate: give the client a "cert" and a "key".',
  TT_TLS_CERTIFICATE_REFUSED:
    '{address} does not accept our certificate ({code}): check which authorities it trusts, and the option "cert".',
  TT_TLS_CERTIFICATE_BAD: 'The certificate of {address} ({subject}) is not accepted ({code}): have it made again.',
  TT_TLS_NOT_SPOKEN:
    '{address} sent plain text where TLS was expected: turn TLS on there or off here, or check the port.',
  TT_TLS_UNEXPECTED:
    '{address} began with TLS where plain text was expected: turn TLS off there, or connect to the port for it.',
  TT_TLS_NOTHING_IN_COMMON:
    '{address} and this side have no common version or cipher of TLS ({code}): check "minVersion" and "ciphers" of both.',
  TT_TLS_NO_PROTOCOL: '{address} and this side have no common protocol: check "alpn" of both.',
  TT_TLS_FAILED: 'TLS with {address} failed ({code}): see the cause.',
  TT_OUT_OF_DESCRIPTORS:
    'The process has no file descriptor left for {address}: raise its limit (ulimit -n), or lower "maxConnections".',
  TT_NO_PROXY_HEADER:
    '{address} is trusted to send a PROXY header, and began without one: configure it to send one (haproxy: "send-proxy-v2"), or set "required: false".',
  TT_BAD_PROXY_HEADER: 'The PROXY header of {address} cannot be read: {problem}.',
  TT_PROXY_HEADER_LATE:
    '{address} sent no complete PROXY header within {ms} ms, only {bytes} bytes: check that the proxy sends one at once, or raise "handshakeTimeout".',
  TT_PROXY_NOT_TRUSTED:
    '{address} sent a PROXY header and is not trusted: if it is your proxy, add it to "trusted" of "proxyProtocol".',
  TT_NOT_A_PROXY:
    '{address} is not in "trusted", and other peers are refused: connect through a proxy that is, or add this one.',
  TT_CONNECTIONS_LOST: '{count} {what} ended with the thread {tonic}, or were under way to it.',
  TT_SOCKET_ERROR: 'The socket at {address} reported an error ({code}): see the cause.',
  TT_SEND_REFUSED: '{bytes} bytes were not sent: {why}.',
  TT_UNSENT_LIMIT:
    '{bytes} bytes wait to be sent, more than "unsentLimit": the peer reads too slowly. Send less until onDrain.',
  TT_WRITE_STALLED:
    'None of the {bytes} bytes that wait for {address} has left within {ms} ms: the peer does not read. See why, or raise "stallTimeout".',
  TT_REPLY_TIMEOUT:
    'A reply of {tonic} was not ended within {ms} ms, with {count} more behind it ({bytes} bytes): see why it takes so long, end each reply, or raise "replyTimeout".',
  TT_REPLY_FAILED:
    'A reply of {tonic} failed, so the {count} behind it cannot be sent either: see the cause, or pass as() a function for errors.',
  TT_ANSWER_FAILED: 'A datagram of {address} has no answer: "answer" threw. See the cause.',
  TT_REQUEST_TIMEOUT: '{tonic} had no answer to a request within {ms} ms: check its peer, or raise "timeout".',
  TT_REQUEST_LOST: 'A request of {tonic} will not be answered, since {why}: check its connection, or send it again.',
  TT_REQUEST_KEY: '{tonic} already has an open request with the key {key}: give each request its own key.',
  TT_POOL_FULL:
    'A request was not sent: {waiting} requests ({bytes} bytes) wait for clients of {pool}, as many as may. Ask fewer at a time, or raise "maxWaiting", "waitingBytes", "size" or "requestsPerClient".',
  TT_POOL_TIMEOUT:
    'A request waited {ms} ms for a client of {pool} and was not sent, since {why}: look at the servers, or raise "waitTimeout", "timeout", "size" or "requestsPerClient".',
  TT_DATAGRAM_TOO_LARGE: 'A datagram of {bytes} bytes is larger than {max}: send less in one.',
  TT_DATA_MOVED:
    '{bytes} bytes given to be sent were moved to another thread before they had left, and are lost: send a copy, or move them later.',
  TT_DATAGRAM_LOST: 'Not sent to {address}: {count} datagram(s) of {bytes} bytes in all, since {why}.',
  TT_OTHER_PEER:
    'A socket with "remote: {remote}" cannot send to {address}: omit the address, or use a socket without "remote".',
  TT_WRONG_FAMILY:
    'A socket for {family} ({local}) cannot send to {address}, which is {other}: use one with "family: {needed}".',
  TT_MULTICAST: 'The socket cannot {what}: {why}.',
  TT_BAD_DATA: 'Only strings, Buffers, Uint8Arrays and lists of them can be sent, not {what}.',
  TT_BAD_ENCODING:
    '{encoding} is not an encoding of texts: use one that Node has, such as "latin1", or none for UTF-8.',
  TT_BAD_PROTOCOL: 'The protocol of {class} is neither a class that extends {base} nor a function that makes one.',
  TT_BAD_ADDRESS: '{what} is not an address: give { address, port } with a port from 1 to 65535.',
  // HTTP
  TT_NO_REQUEST_HANDLER:
    '{tonic} has no handler for requests, so they are answered with 503: give a "handler", or define ttse__onRequest.',
  TT_NOT_OF_PROTOCOL: '{class} has no {what}: it uses {protocol}, which does that in its own way.',
  TT_NO_HTTP_SERVER:
    '{class} is a protocol of HTTP, and was not made by an HttpServer: give it as the "protocol" of one.',
  TT_HTTP_NOT_CONNECTED: '{request} was not sent, since there is no connection. {why}.',
  TT_HTTP_BUSY:
    '{request} was not sent: {waiting} requests ({bytes} bytes) wait for connections of {client}, the limit. Send fewer at a time, or raise "waitingLimit", "waitingBytes" or "connectionsPerHost".',
  TT_HTTP_TIMEOUT: '{request} had no {what} within {ms} ms: check the server, or raise "{option}".',
  TT_HTTP_CUT:
    'The answer to {request} is incomplete: the connection ended after {bytes} bytes of it. Check the server, or send the request again.',
  TT_HTTP_BAD_ANSWER: 'The answer to {request} cannot be read: {problem}.',
  TT_HTTP_BODY_TOO_LONG:
    'The answer to {request} has a body of more than {max} bytes: raise "bodyLimit", or read it in frames or as a stream.',
  TT_HTTP_BAD_JSON:
    'The answer to {request} (status {status}, {bytes} bytes) is not JSON: {problem}. Check its status and Content-Type first.',
  TT_HTTP_BODY_FAILED:
    'The body of {request} was not sent completely, since its stream failed or was closed: see the cause.',
  TT_HTTP_REDIRECT: 'The answer to {request} (status {status}) is a redirect that is not followed: {why}.',
  TT_HTTP_PROXY:
    'The proxy {proxy} did not connect to {target}: {problem}. Check its rules and the credentials in its URL, or name the host in NO_PROXY.',
  TT_HTTP_CLIENT_ENDED: '{client} has finished before the connection was open: use one that runs.',
  // Framing
  TT_FRAME_TOO_LONG:
    'A frame of {framing} is longer than {max} bytes (from byte {place} of the stream on): send shorter ones, or raise "max".',
  TT_BAD_FRAME: 'What begins at byte {place} of the stream is not a frame of {framing}: {problem}.',
  TT_FRAME_INCOMPLETE: 'The stream ended in the middle of a frame of {framing}, after {bytes} bytes of it.',
  TT_BAD_TOPIC:
    '{topic} is no topic or no filter of topics: levels with "/" between, without "+" and "#" in a topic, and these as whole levels in a filter.',
  TT_FRAME_NOT_ENCODED: 'The frame cannot be sent with {framing}: {problem}.',
  TT_FRAME_TIMEOUT:
    'A frame of {framing} was not complete {ms} ms after its first byte; {bytes} bytes of it have come (from byte {place} of the stream on).',
  TT_UNANSWERED:
    'The datagram with the key {key} was sent {tries} times, and was not answered: define ttse__onUnanswered to hear of it.',
  TT_BAD_DATAGRAM: 'A datagram from {address} does not consist of whole frames of {framing}: {problem}.',
  TT_TAKEN_OVER: '{what} of {tonic} cannot be had: what comes goes to {by} already. Take a connection over once.',
  TT_CANNOT_TAKE_OVER: '{what} of {tonic} cannot be had now: {why}.',
  TT_STREAM_CUT: 'The stream of {tonic} ended before its peer had ended it ({reason}): what came may not be all.',
  TT_RELAY_APART: '{a} and {b} cannot be joined: {why}.',
  TT_RELAY_BROKEN:
    '{tonic} was joined with {other}, which ended before its stream was whole ({reason}): what it got may be cut off, so its peer sees a reset.',
  TT_BAD_STREAM: 'fromDuplex() cannot use that stream: {problem}.',
  TT_NO_FRAMING:
    '{class} has no framing: give it as the option "framing", or with {class}.with({ framing }). Bytes without a framing are sent with send().',
  TT_NO_TEMPORAL:
    'tasktonic/calendar needs Temporal, which Node {version} does not have: npm install temporal-polyfill.',
  TT_BAD_CLOSE: 'A WebSocket cannot be closed like that: {problem}.',
  TT_MESSAGE_TOO_LONG: 'A message on a WebSocket is longer than {max} bytes: send shorter ones, or raise "maxPayload".',
  TT_PEER_SILENT:
    '{address} has sent nothing for {ms} ms after a ping, so its connection was closed: check the peer and the network, or raise "pongTimeout".',
  TT_UPGRADE_FAILED: 'The WebSocket at {url} was not opened: {problem}.',
  TT_NEEDS_PACKAGE: '{what} needs the package {package}, which cannot be loaded: npm install {package}.',
  TT_BAD_FRAMING: '{framing} breaks the rules of a framing: {problem}.',
  // Distiller
  TT_NOT_AWAITED: '{what} was called before {other} had ended: await each call of a Distiller before the next one.',
  TT_NEVER_SETTLES:
    'After {orders} orders and {turns} turns at one instant, {ms} ms of work, the app is still busy; {who}: let it wait for a timer or end, or raise "settleWithin".',
  TT_TAKES_FOR_EVER:
    '{what} would pass {count} instants of virtual time, more than {most}; {who}: let it fire less often, let less time pass at once, or raise "instantLimit".',
  TT_NOT_SETTLED:
    'What until() waits for did not happen within {ms} ms of virtual time: see what should cause it, set a longer limit, or use realTime() for something that takes real time.',
  TT_NO_APP: 'The Distiller has no app yet: pass one to start(), or call join().',
  TT_LEFT_OPEN: 'The app has ended and left open: {what}. Close what it opens, or let it finish with its base.',
  TT_EXPLORE_FAILED:
    'Run {run} of {runs} failed, with seed {seed}: {message}.{report}Set TASKTONIC_SEED={seed} to run it alone.',
  TT_RUN_HANGS:
    'The run with seed {seed} had not ended after {ms} ms of real time: {where}. Let each of its waits end, or raise "runLimit".',
  // Ask and answer, postponing
  TT_ASK_TIMEOUT: '{tonic} did not answer {sparkle} within {ms} ms: see why it takes so long, or raise "timeout".',
  TT_ASK_GONE: '{tonic} has finished and will not answer {sparkle}: ask one that runs.',
  TT_ASK_FAILED: '{sparkle} of {tonic} threw before it had answered: see the cause.',
  TT_ASK_UNHEARD:
    '{tonic} has no {sparkle} in its state {state}: ask in another state, or write a generic {sparkle} that refuses.',
  TT_ASK_UNANSWERED: 'The Answer of {sparkle} of {tonic} was never used: call give() or fail(), or keep it for later.',
  TT_ASK_FULL: '{tonic} has {count} questions open, its limit: ask fewer at a time, or raise "static questionLimit".',
  TT_ASK_THEN:
    '{sparkle} of {tonic} {problem}: a sparkle is synchronous, so ask with .then(this.ttse__onAnswer, this.ttse__onNoAnswer), once.',
  TT_SIGNAL_ABORTED: 'The signal that was given to {what} was aborted: see the cause for its reason.',
  TT_PIPE_TIMEOUT:
    'A promise that {tonic} passed to pipe() for {sparkle} was not settled within {ms} ms: see why it takes so long, or raise "timeout".',
  TT_OWED_LET_GO:
    '{tonic} ends with {count} answers outstanding, which are dropped: {owed}. Raise its "drainTimeout", or set "hold: false" where its end need not wait for the answer.',
  TT_NOT_POSTPONED:
    '{tonic} cannot postpone {sparkle}, which is a part of another order: call postpone() in the sparkle of that order.',
  TT_POSTPONE_FULL:
    '{tonic} has postponed {count} orders, its limit: refuse {sparkle} in this state, or raise "static postponeLimit".',
  TT_POSTPONED_DROPPED: '{tonic} has finished with {count} postponed orders, which are dropped: {sparkles}.',
  // Configuration
  TT_BAD_CONFIGURATION: 'The configuration is not right: {problems}.',
  TT_CONFIGURATION_KEPT: 'The configuration was read again and is not right, so nothing changes: {problems}.',
  TT_NEEDS_RESTART:
    'The configuration has new values for {paths}, which cannot change while the app runs: restart the app.',
  // Upgrade
  TT_PROCESS_UPGRADE_FAILED: 'The upgrade has failed, and this process serves on: {why}.',
  TT_PROCESS_UPGRADE_REFUSED: 'No upgrade was begun: {why}.',
  // Log services
  TT_UNKNOWN_LOG_SERVICE: 'There is no log service {name}: {hint} Add your own with logServices.with({ ... }).',
  TT_LOG_SERVICE_EXISTS: 'There is already another log service {name}: choose another name.',
  TT_BAD_LOG_SERVICE: 'The log service {name} cannot be used: it must return an object with write(line).',
  TT_LOG_CLOSED: 'The app has ended, and so has its log: call runtime.log.use() while the app runs.',
  TT_LOG_IN_THREAD: 'The log of an app can be redirected in its main thread only: call runtime.log.use() there.',
  // Invariants of a Distiller
  TT_INVARIANT_BROKEN: 'After {sparkle} of {tonic}, at {at} ms, a check of always() failed: {message}.',
  // The Store on disk
  TT_STORE_CUT: '{bytes} bytes of {file}, from byte {offset} on, were removed: {why}.',
  TT_STORE_DAMAGED:
    '{file} is damaged at byte {offset}: {problem}. {loss}. Restore a backup of its directory, or set "damaged: \'cut\'" to go on without that data.',
  TT_STORE_DIRECTORY: 'The Store cannot be kept in {directory}: {problem}.',
  TT_STORE_FORMAT:
    '{file} has the format {format}, and this version of tasktonic reads up to {known}: use the version that wrote it, or a later one.',
  TT_STORE_LOCKED:
    'The Store in {directory} is in use by the process {pid}{where}: end that first. If you are sure that it is gone, remove the file {lock}.',
  TT_STORE_NOT_DURABLE: '{path} cannot be kept on disk: it is {what}. Put it into a subtree that is not kept.',
  TT_STORE_NOT_KEPT:
    'From batch {version} on, the Store is no longer written to {directory}: {problem}. All batches acknowledged before are kept.',
  TT_STORE_SNAPSHOT:
    'No snapshot of the Store could be written in {directory}: {problem}. Nothing is lost; the log grows until a snapshot can be written.',
  // Services of other threads
  TT_SERVICE_NOT_LOADED:
    'The module {module} was not loaded within {ms} ms: a module that awaits run() at its top level cannot be loaded while the app runs. Put the service {class} into a module of its own, or let the main thread use it first.',
  // The Store
  TT_STORE_PATH: '{path} is not a valid path here: {problem}.',
  TT_STORE_VALUE: 'A Store cannot keep the value for {path}: {problem}.',
  TT_STORE_DATA: 'set() takes a path and a value, an object of values by path, or a list of pairs, not {what}.',
  TT_STORE_DUMP: 'load() takes what dump() gives, a list of pairs of a path and a value or a link, not {what}.',
  TT_STORE_FULL: '{what} is full, with {most}: {remedy}.',
  TT_STORE_LINK_CIRCLE: 'The links of {path} form a circle, or are more than {most}: remove one of them.',
  TT_STORE_NOT_CONFIRMED:
    'The element has no path yet, since another thread owns its list and has not given its number yet: use it in the group that makes it, or later.',
  TT_STORE_GROUP_ASYNC:
    'The function of a group returned a promise: a group is one step, so nothing of it was written.',
  TT_STORE_ENDLESS:
    'The writes of subscribers have caused thousands of further batches, without an end: the last batch was not written.',
  TT_STORE_NOT_READY:
    'The Store {service} is not ready yet: wait for ttse__onStoreReady to read it. Writes are kept until then.',
  TT_STORE_LOST: 'A write to a Store was lost: {what}.',
  TT_STORE_IN_GROUP: 'A transaction of a Store cannot begin within a group: call it outside.',
  TT_STORE_CONTENDED: 'A transaction over {paths} was given up: {count} times another thread wrote first.',
  TT_STORE_READ_ONLY: '{path} of a Store is read-only: {reason}.',
  TT_STORE_FORBIDDEN: 'A page may not {what} {path} of the Store: its rights do not cover that.',
  TT_STORE_MESSAGE: 'A page has sent an invalid message (tasktonic.store.1): {problem}.',
  TT_STORE_BAD_OPS: 'A batch of a Store cannot be carried out: {problem}.',
  // The bridge from a Store to MQTT
  TT_NO_MQTT: 'MqttBridge needs the package mqtt, which cannot be loaded: npm install mqtt.',
  TT_MQTT_OFFLINE: 'The MQTT broker at {url} is not connected: {problem}. The bridge keeps trying.',
  TT_MQTT_NOT_SUBSCRIBED: 'The MQTT broker at {url} refuses the topics {topics}: {problem}.',
  TT_MQTT_REFUSED: 'A message of the topic {topic} was not put into the Store: {problem}.',
  TT_MQTT_UNSENT: 'Changes were not published at {url}: {count}, the last one {what}: {problem}.',
  // HTTP
  TT_EXCHANGE_ANSWERED: '{what} was already answered, so the second answer is dropped: answer each exchange once.',
  TT_EXCHANGE_TIMEOUT:
    '{what} was not answered within {ms} ms, so its peer got 503: see why it takes so long, answer or fail each exchange, or raise "replyTimeout".',
  TT_BAD_ANSWER: '{what} cannot be answered like that: {problem}.',
  TT_ANSWER_BROKE:
    'The stream that answers {what} failed after {bytes} bytes, so the peer got an incomplete answer: see the cause.',
  TT_BODY_TAKEN: 'The body of {what} has already been read: read it once, and pass on what was read.',
  TT_BODY_TOO_LONG: 'The body of {what} is longer than {max} bytes: send less, or raise "limit".',
  TT_BODY_TYPE: 'The body of {what} is {type}, and must be {wanted}.',
  TT_BAD_BODY: 'The body of {what} cannot be read: {problem}.',
  TT_BODY_CUT: 'The body of {what} is incomplete: its peer has gone, after {bytes} bytes.',
  TT_BAD_EVENT: 'An event cannot be sent: {problem}.',
} as const satisfies Record<`TT_${string}`, string>;

/** The stable code of an error, to be compared with. */
export type ErrorCode = keyof typeof ERRORS;

/** What an error says more: the parts of its sentence, kept for programs that look at them. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/**
 * The error that TaskTonic throws or reports. Tell one from another by `code`, never by the text.
 */
export class TaskTonicError extends Error {
  override readonly name = 'TaskTonicError';
  /** Which error it is: a key of {@link ERRORS}. */
  readonly code: ErrorCode;
  /** What the text was made of, for programs. */
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, details: ErrorDetails = {}, cause?: unknown) {
    super(sentence(code, details), cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
  }
}

/** Makes the error of a code; `throw fail('TT_...', {...})` reads well at the place where it goes wrong. */
export function fail(code: ErrorCode, details: ErrorDetails = {}, cause?: unknown): TaskTonicError {
  return new TaskTonicError(code, details, cause);
}

function sentence(code: ErrorCode, details: ErrorDetails): string {
  return ERRORS[code].replace(/\{(\w+)\}/g, (whole, key: string) => (key in details ? String(details[key]) : whole));
}

/**
 * Anything may be thrown in JavaScript; the rest of the framework sees an `Error` whose message and stack can be read. It never throws
 * itself: what is thrown may be a proxy that was revoked, or have a getter that throws.
 */
export function toError(thrown: unknown): Error {
  try {
    if (thrown instanceof Error && isReadable(thrown)) return thrown;
    return new Error(`a value that is no Error was thrown: ${nodeUtil().inspect(thrown)}`, { cause: thrown });
  } catch {
    // Not as its cause, because printing the cause would throw as well.
    return new Error('a value was thrown that cannot be read');
  }
}

function isReadable({ name, message, stack = '' }: Error): boolean {
  return [name, message, stack].every((text) => typeof text === 'string');
}
