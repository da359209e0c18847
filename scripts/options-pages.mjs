// The pages of options: which sections each has, and for each section the sets of options that it tells of, by file and name, and
// what is said above them. A link to a section (`#tcpserver`) is made one to its page by scripts/options-table.mjs.
export const PAGES = [
  {
    name: 'options-tonics',
    title: 'Options of Tonics and timers',
    text: 'Which options do Tonics, timers, questions and supervision have?',
    sections: [
      {
        title: 'Every Tonic',
        text: `A class of your own may take more. It leaves its own options out of what it gives to \`super\`:
\`constructor({ code, ...options }: DoorOptions) { super(options); ... }\`; or it describes them, and then they are checked like all others, also
where a configuration gives them: \`static readonly optionsSchema = v.object({ code: v.string() })\`, with \`v\` of valibot.`,
        from: ['src/core/options/tonic-options.ts', 'tonicOptions'],
      },
      { title: 'toState()', from: ['src/core/options/tonic-options.ts', 'transitionSchema'] },
      {
        title: 'inboxLimit',
        text: 'Given by a class: `static readonly inboxLimit = { orders: 100 }`. See [A bounded inbox](../use/bounded-inbox.md).',
        from: ['src/core/options/inbox-options.ts', 'inboxSchema'],
      },
      {
        title: 'supervise()',
        text: 'With the [restarts](#restarts) that it makes.',
        from: ['src/core/guests/supervised.ts', 'superviseSchema'],
      },
      {
        title: 'Restarts',
        text: 'Of `supervise()`, and of a service: `static readonly supervision = { limit: 10 }`.',
        from: ['src/core/options/restart-budget.ts', 'restartOptions'],
      },
      {
        title: 'ask()',
        text: 'What `this.ask()` is given after who is asked. See [Ask and answer](../use/ask-and-answer.md).',
        from: ['src/core/asking/ask.ts', 'askOptions'],
      },
      { title: 'pipe()', text: 'The last argument of `this.pipe()`.', from: ['src/core/asking/pipe.ts', 'pipeSchema'] },
      {
        title: 'ChunkedWork',
        text: 'Also `base` and `logMode` of every Tonic. See [Long work in small pieces](../use/long-work.md).',
        from: ['src/core/guests/chunked.ts', 'chunkedWorkSchema'],
      },
      {
        title: 'BoundedMap',
        text: 'Of `tasktonic/collections`: [Collections with bounds](../use/bounded-collections.md).',
        from: ['src/collections/bounded-map.ts', 'boundedMapSchema'],
      },
      {
        title: 'Topics',
        text: 'Of `tasktonic/collections`: [Publish and subscribe](../use/publish-and-subscribe.md).',
        from: ['src/collections/topics.ts', 'topicsSchema'],
      },
      {
        title: 'Outbox',
        text: 'Of `tasktonic/collections`: [What must come at least once](../use/publish-and-subscribe.md#what-must-come-at-least-once).',
        from: ['src/collections/outbox.ts', 'outboxSchema'],
      },
      {
        title: 'Sessions',
        text: 'Of `tasktonic/collections`: [Clients that come back](../use/message-hub.md#sessions-of-your-own).',
        from: ['src/collections/sessions.ts', 'sessionsSchema'],
      },
      {
        title: 'MessageHub',
        text: 'Of `tasktonic/collections`: [A broker of messages](../use/message-hub.md).',
        from: ['src/collections/message-hub.ts', 'messageHubSchema'],
      },
      {
        title: 'Timers',
        text: '`TimerSingleShot`, `TimerRepeat` and `TimerPausing`; also `base` and `logMode` of every Tonic.',
        from: ['src/core/options/timer-options.ts', 'periodOptions', 'anyTimerOptions'],
      },
      {
        title: 'TimerPausing',
        text: 'With those of [timers](#timers).',
        from: ['src/core/options/timer-options.ts', 'pausingSchema'],
      },
      {
        title: 'Calendar timers',
        text: `Of \`tasktonic/calendar\`, with \`name\` and \`sparkleBack\` of [timers](#timers); also \`base\` and \`logMode\` of every Tonic.
See [Timers and calendars](../use/timers.md).`,
        from: ['src/calendar/options.ts', 'zoneOption'],
      },
      { title: 'TimerEveryMinute', from: ['src/calendar/options.ts', 'minuteSchema'] },
      { title: 'TimerEveryHour', from: ['src/calendar/options.ts', 'hourSchema'] },
      {
        title: 'TimerEveryDay',
        text: '`TimerEveryWeek`, `TimerEveryMonth` and `TimerEveryYear` take these as well.',
        from: ['src/calendar/options.ts', 'daySchema'],
      },
      { title: 'TimerEveryWeek', from: ['src/calendar/options.ts', 'weekSchema'] },
      { title: 'TimerEveryMonth', from: ['src/calendar/options.ts', 'monthSchema'] },
      {
        title: 'TimerEveryYear',
        text: '`month` with a day as [every month](#timereverymonth); or `week` with a day as [every week](#timereveryweek).',
        from: ['src/calendar/options.ts', 'yearSchema'],
      },
    ],
  },
  {
    name: 'options-sockets',
    title: 'Options of sockets',
    text: 'Which options do TCP, UDP and UNIX sockets have, TLS, the PROXY protocol and systemd?',
    sections: [
      {
        title: 'TcpServer',
        text: 'With the options of [every Tonic](#every-tonic), those of [its connections](#tcpconnection), and [where else it listens](#where-a-tcpserver-listens).',
        from: ['src/tonics/tcp/server/server-options.ts', 'serverSchema'],
      },
      {
        title: 'Where a TcpServer listens',
        text: 'Instead of `port`, with what belongs to it: one of `path`, `fd` and `systemd`. See [UNIX sockets and systemd](../use/unix-and-systemd.md).',
        from: ['src/tonics/tcp/server/server-place.ts', 'placeOptions'],
      },
      {
        title: 'Proxies of a TcpServer',
        text: 'Under `proxyProtocol` of a TcpServer: [Behind a proxy](../use/behind-a-proxy.md).',
        from: ['src/tonics/tcp/proxy/proxy-option.ts', 'proxySchema'],
      },
      {
        title: 'TcpConnection',
        text: 'Given to the TcpServer or TcpClient that makes the connection.',
        from: ['src/tonics/tcp/connection/connection-options.ts', 'connectionOptions'],
      },
      {
        title: 'ConnectionGroups',
        text: 'A ConnectionGroup has `missed` only. See [Connections that are sent the same](../use/publish-and-subscribe.md#connections-that-are-sent-the-same).',
        from: ['src/tonics/tcp/group/connection-groups.ts', 'connectionGroupsSchema'],
      },
      {
        title: 'TcpClient',
        text: 'With the options of [every Tonic](#every-tonic) and of [a connection](#tcpconnection); what differs is listed.',
        from: ['src/tonics/tcp/client/tcp-client.ts', 'clientSchema'],
      },
      {
        title: 'A PROXY header of a TcpClient',
        text: 'Under `proxyProtocol` of a TcpClient: [Behind a proxy](../use/behind-a-proxy.md).',
        from: ['src/tonics/tcp/proxy/sent-proxy.ts', 'sentProxySchema'],
      },
      {
        title: 'request()',
        text: 'The last argument of `this.request()` of a connection, with those of [ask()](#ask).',
        from: ['src/tonics/tcp/connection/replies/request.ts', 'requestSchema'],
      },
      {
        title: 'frames()',
        text: 'What `frames()` of a connection is given. See [Streams and other libraries](../use/streams.md).',
        from: ['src/tonics/tcp/connection/streams/frame-iterator.ts', 'framesSchema'],
      },
      {
        title: 'fromDuplex()',
        text: 'With the options of [a connection](#tcpconnection), but for `noDelay` and `keepAlive`. See [Streams and other libraries](../use/streams.md).',
        from: ['src/tonics/tcp/connection/streams/from-duplex.ts', 'fromDuplexSchema'],
      },
      {
        title: 'TLS on either side',
        text: 'Under `tls` of a TcpServer or TcpClient: [Secure it](../use/secure.md). The first five are also those of each certificate in `names` of a server.',
        from: ['src/tonics/tls/tls-options.ts', 'certificateOptions', 'tlsOptions'],
      },
      {
        title: 'TLS of a TcpServer',
        text: 'Under `tls` of a TcpServer, with those of [either side](#tls-on-either-side).',
        from: ['src/tonics/tls/tls-options.ts', 'serverTlsSchema'],
      },
      {
        title: 'TLS of a TcpClient',
        text: 'Under `tls` of a TcpClient, with those of [either side](#tls-on-either-side); `true` stands for none of these.',
        from: ['src/tonics/tls/tls-options.ts', 'clientTlsSchema'],
      },
      {
        title: 'MessageServer',
        text: 'With those of [a TcpServer](#tcpserver), but for `protocol` and `catalysts`. See [Messages over TCP and UDP](../use/messages.md).',
        from: ['src/tonics/messages/message-server-options.ts', 'messageSchema'],
      },
      {
        title: 'Readiness',
        text: 'With the options of [every Tonic](#every-tonic). See [UNIX sockets and systemd](../use/unix-and-systemd.md#say-that-it-is-ready).',
        from: ['src/tonics/readiness/readiness.ts', 'readinessSchema'],
      },
    ],
  },
  {
    name: 'options-udp',
    title: 'Options of UDP sockets',
    text: 'Which options do UdpSocket and UdpServer have?',
    sections: [
      {
        title: 'UdpSocket and UdpServer',
        text: 'Also those of [every Tonic](#every-tonic).',
        from: ['src/tonics/udp/udp-options.ts', 'boundOptions'],
      },
      {
        title: 'UdpSocket',
        text: 'With [those that a UdpServer has too](#udpsocket-and-udpserver).',
        from: ['src/tonics/udp/udp-options.ts', 'udpSchema'],
      },
      {
        title: 'UdpServer',
        text: 'With [those that a UdpSocket has too](#udpsocket-and-udpserver). See [Sessions over UDP](../use/sessions-over-udp.md).',
        from: ['src/tonics/udp/server/udp-server-options.ts', 'udpServerSchema'],
      },
      {
        title: 'setResend()',
        text: 'Of UdpSocket and UdpSession. See [Until it is answered](../use/resend-datagrams.md).',
        from: ['src/tonics/udp/resend-pace.ts', 'resendSchema'],
      },
      {
        title: 'Multicast',
        text: 'Under `multicast` of a UdpSocket.',
        from: ['src/tonics/udp/udp-options.ts', 'multicastSchema'],
      },
    ],
  },
  {
    name: 'options-pools',
    title: 'Options of pools of clients and of backends',
    text: 'Which options do a pool of clients, a list of servers and a relay have?',
    sections: [
      {
        title: 'TcpClientPool',
        text: 'With the options of [every Tonic](#every-tonic): [Clients and pools](../use/clients-and-pools.md).',
        from: ['src/tonics/tcp/pool/pool-options.ts', 'poolSchema'],
      },
      {
        title: 'Health of a TcpClientPool',
        text: 'Under `health` of a TcpClientPool.',
        from: ['src/tonics/tcp/pool/pool-options.ts', 'healthSchema'],
      },
      {
        title: 'request() of a TcpClientPool',
        text: 'The last argument, with those of [ask()](#ask) and the `key` of [request()](#request).',
        from: ['src/tonics/tcp/pool/pool-options.ts', 'poolRequestSchema'],
      },
      {
        title: 'TcpBackends',
        text: 'With the options of [every Tonic](#every-tonic), and for `configure()`: [One of several servers](../use/backends.md).',
        from: ['src/tonics/tcp/backends/backends-options.ts', 'backendsSchema'],
      },
      {
        title: 'Checks of a TcpBackends',
        text: 'Under `check` of a TcpBackends.',
        from: ['src/tonics/tcp/backends/backends-options.ts', 'checkSchema'],
      },
      {
        title: 'relay()',
        text: 'What `relay()` is given after the two connections: [Streams and other libraries](../use/streams.md#two-connections-joined).',
        from: ['src/tonics/tcp/connection/streams/relay.ts', 'relaySchema'],
      },
    ],
  },
  {
    name: 'options-framing',
    title: 'Options of framings',
    text: 'Which options do framings have?',
    sections: [
      {
        title: 'Framings',
        text: 'Of `tasktonic/framing`: all but `fixed()` take these, besides their own. See [Frames in a stream of bytes](../use/framing.md).',
        from: ['src/framing/options.ts', 'limitOptions'],
      },
      { title: 'lines()', from: ['src/framing/lines.ts', 'linesSchema'] },
      { title: 'delimited()', from: ['src/framing/delimited.ts', 'delimitedSchema'] },
      { title: 'dotStuffed()', from: ['src/framing/dot-stuffed.ts', 'dotStuffedSchema'] },
      { title: 'fixed()', from: ['src/framing/fixed.ts', 'fixedSchema'] },
      { title: 'lengthPrefixed()', from: ['src/framing/length-prefixed.ts', 'lengthPrefixedSchema'] },
      {
        title: 'mapFrames()',
        text: 'Its second argument. `max` is that of the framing.',
        from: ['src/framing/map-frames.ts', 'mapFramesSchema'],
      },
      {
        title: 'packets()',
        text: 'See [Binary packets](../use/binary-packets.md).',
        from: ['src/framing/packets/packets.ts', 'packetsSchema'],
      },
      { title: 'netstrings()', from: ['src/framing/netstrings.ts', 'netstringsSchema'] },
      { title: 'jsonLines()', from: ['src/framing/json-lines.ts', 'jsonLinesSchema'] },
      { title: 'messagePack()', from: ['src/framing/message-pack.ts', 'messagePackSchema'] },
      { title: 'respCommands()', from: ['src/framing/resp-commands.ts', 'respCommandsSchema'] },
      { title: 'respReplies()', from: ['src/framing/resp-replies.ts', 'respRepliesSchema'] },
      {
        title: 'custom()',
        text: 'Here `max` counts all bytes of a frame.',
        from: ['src/framing/custom.ts', 'customSchema'],
      },
    ],
  },
  {
    name: 'options-http',
    title: 'Options of HTTP and WebSocket',
    text: 'Which options do HTTP, WebSockets and server-sent events have, on either side?',
    sections: [
      {
        title: 'HttpServer',
        text: 'Of `tasktonic/http`, with the options of a [TcpServer](#tcpserver) but `framing`, `halfOpen` and `replyLimit`. See [Serve HTTP](../use/http.md) and [Limit an HTTP server](../use/http-limits.md).',
        from: ['src/http/server/http-server-options.ts', 'httpOptions'],
      },
      {
        title: 'A body of an exchange',
        text: 'Of `readBody()`, `readText()` and `readJson()` of an [HttpExchange](../use/http.md#bodies).',
        from: ['src/http/server/body/read-body.ts', 'bodySchema'],
      },
      {
        title: 'Frames of a body',
        text: 'Of `readFrames()` of an [HttpExchange](../use/http.md#bodies).',
        from: ['src/http/server/body/read-body.ts', 'framesSchema'],
      },
      {
        title: 'Server-sent events',
        text: 'Of `events()` of an [HttpExchange](../use/server-sent-events.md).',
        from: ['src/http/events/event-options.ts', 'eventStreamSchema'],
      },
      {
        title: 'WebSockets of an HttpServer',
        text: 'Under each path of `webSockets` of an HttpServer, with those of [either side](#websockets-on-either-side): [Speak WebSocket](../use/websocket.md). What is unsent, idle and slow is bounded by the options of [its connection](#tcpconnection), which the server has.',
        from: ['src/http/websocket/path-options.ts', 'webSocketPathSchema'],
      },
      {
        title: 'WebSockets on either side',
        text: 'Of a path of an HttpServer, and of a WebSocketClient.',
        from: ['src/http/websocket/websocket-options.ts', 'webSocketOptions'],
      },
      {
        title: 'WebSocketClient',
        text: 'With the options of a [TcpClient](#tcpclient) but for its place, and those of a WebSocket on [either side](#websockets-on-either-side).',
        from: ['src/http/websocket/websocket-client.ts', 'webSocketClientSchema'],
      },
      {
        title: 'Compression of a WebSocket',
        text: 'Under `perMessageDeflate`.',
        from: ['src/http/websocket/websocket-options.ts', 'deflateSchema'],
      },
      {
        title: 'WebSocketGroup',
        text: 'See [Send to many](../use/websocket.md#send-to-many).',
        from: ['src/http/websocket/websocket-group.ts', 'groupSchema'],
      },
      {
        title: 'StoreConnection',
        text: 'In `static serves` of a class that extends it: [The Store in a browser](../use/store-in-the-browser.md).',
        from: ['src/http/store/options.ts', 'storeConnectionSchema'],
      },
      {
        title: 'HttpClient',
        text: 'Of `tasktonic/http`, with the options of [every Tonic](#every-tonic). See [Ask HTTP servers](../use/http-client.md).',
        from: ['src/http/client/client-options.ts', 'httpClientSchema'],
      },
      {
        title: 'A request of an HttpClient',
        text: 'The last argument of `stream()`; and of `request()`, `get()` and others, with [those of a body that is not a stream](#a-body-of-an-httpclient).',
        from: ['src/http/client/client-options.ts', 'askingOptions'],
      },
      {
        title: 'A body of an HttpClient',
        text: 'The last argument of `request()`, `get()` and others of an HttpClient, with [those of every request](#a-request-of-an-httpclient).',
        from: ['src/http/client/client-options.ts', 'httpRequestSchema'],
      },
    ],
  },
  {
    name: 'options-store',
    title: 'Options of a Store',
    text: 'Which options does a Store have, what it keeps on disk, and its bridge to MQTT?',
    sections: [
      {
        title: 'StoreTree',
        text: 'Of `tasktonic/store`.',
        from: ['src/store/store-options.ts', 'treeSchema'],
      },
      {
        title: 'subscribe()',
        text: 'The last argument of `subscribe()` of a Store and its cursors.',
        from: ['src/store/store-options.ts', 'subscribeSchema'],
      },
      {
        title: 'group()',
        text: 'The last argument of `group()` and `set()` of a Store and its cursors.',
        from: ['src/store/store-options.ts', 'groupSchema'],
      },
      { title: 'linkTo()', from: ['src/store/store-options.ts', 'linkSchema'] },
      {
        title: 'persist',
        text: 'Of a Store that is kept on disk. See [What a Store keeps on disk](../use/keep-data.md).',
        from: ['src/store/durable/options.ts', 'persistSchema'],
      },
      {
        title: 'waitingLimit',
        text: 'Of [persist](#persist).',
        from: ['src/store/durable/options.ts', 'waitingSchema'],
      },
      {
        title: 'MqttBridge',
        text: 'Of `tasktonic/store`, with the options of [every Tonic](#every-tonic).',
        from: ['src/store/mqtt/options.ts', 'mqttSchema'],
      },
      {
        title: 'A topic to a path',
        text: 'Each of the list `subscribe` of an [MqttBridge](#mqttbridge).',
        from: ['src/store/mqtt/options.ts', 'topicToPath'],
      },
      {
        title: 'A path to a topic',
        text: 'Each of the list `publish` of an [MqttBridge](#mqttbridge).',
        from: ['src/store/mqtt/options.ts', 'pathToTopic'],
      },
      {
        title: 'unsentLimit',
        text: 'Of an [MqttBridge](#mqttbridge).',
        from: ['src/store/mqtt/options.ts', 'unsentSchema'],
      },
    ],
  },
  {
    name: 'options-app',
    title: 'Options of an app',
    text: 'Which options do Catalysts, threads and a Formula have, the log and the end of an app?',
    sections: [
      {
        title: 'Catalyst',
        text: 'With the options of [every Tonic](#every-tonic).',
        from: ['src/core/options/catalyst-options.ts', 'catalystOptions'],
      },
      {
        title: 'A Catalyst in a thread',
        text: 'Given by its class: `static override readonly thread = { watchdog: 1_000 }`. See [Threads](../use/threads.md).',
        from: ['src/core/options/catalyst-options.ts', 'threadSchema'],
      },
      {
        title: 'SelectorCatalyst',
        text: 'With those of a [Catalyst](#catalyst).',
        from: ['src/selector/selector-options.ts', 'selectorCatalystSchema'],
      },
      {
        title: 'Formula',
        text: 'What `creatingFormula()` returns. Keys of your own may stand beside these.',
        from: ['src/config/configuration-schema.ts', 'frameworkSchema'],
      },
      { title: 'Formula: project', from: ['src/config/configuration-schema.ts', 'projectSchema'] },
      {
        title: 'Formula: log',
        text: 'What they mean is told in [Logging](../use/logging.md).',
        from: ['src/log/log-options.ts', 'logSchema'],
      },
      {
        title: 'Formula: log/ip',
        text: "Of the log service `ip`; also the second argument of `runtime.log.use('ip', ...)`.",
        from: ['src/log/log-options.ts', 'ipLogSchema'],
      },
      { title: 'showLog()', text: 'Its last argument.', from: ['src/log/log-show.ts', 'showLogSchema'] },
      { title: 'Formula: threads', from: ['src/config/configuration-schema.ts', 'threadsSchema'] },
      { title: 'Formula: shutdown', from: ['src/config/configuration-schema.ts', 'shutdownSchema'] },
      { title: 'Formula: upgrade', from: ['src/config/configuration-schema.ts', 'upgradeSchema'] },
    ],
  },
  {
    name: 'options-testing',
    title: 'Options of tests',
    text: 'Which options do a Distiller, its contracts and the simulated network have?',
    sections: [
      {
        title: 'Distiller',
        text: 'Of `tasktonic/testing`. See [Test without luck](../test/test-without-luck.md).',
        from: ['src/testing/bench-options.ts', 'benchOptions', 'appOptions'],
      },
      {
        title: 'sparkle() of a Distiller',
        text: 'When it is to stop.',
        from: ['src/testing/sparkle-conditions.ts', 'sparkleSchema'],
      },
      {
        title: 'Contract',
        text: 'Under `contract` of `sparkle()`.',
        from: ['src/testing/sparkle-conditions.ts', 'contractSchema'],
      },
      {
        title: 'Contract with a Tonic',
        text: 'Each one under `tonics` of a contract.',
        from: ['src/testing/sparkle-conditions.ts', 'tonicContractSchema'],
      },
      {
        title: 'explore()',
        text: 'With those of a [Distiller](#distiller). See [Explore what can go wrong](../test/exploring-faults.md).',
        from: ['src/testing/bench-options.ts', 'runOptions'],
      },
      {
        title: 'checkFraming()',
        text: 'The last argument of `checkFraming()` of `tasktonic/testing`.',
        from: ['src/testing/bench-options.ts', 'checkFramingSchema'],
      },
      {
        title: 'SimulatedNetwork',
        text: 'See [A network that fails on purpose](../test/simulated-network.md).',
        from: ['src/testing/network/settings.ts', 'settingsSchema'],
      },
      {
        title: 'new SimulatedNetwork()',
        text: 'With those of a [SimulatedNetwork](#simulatednetwork), where a test makes one itself.',
        from: ['src/testing/network/network-options.ts', 'networkSchema'],
      },
      {
        title: 'host() of a network',
        text: 'The last argument of `network.host()`.',
        from: ['src/testing/network/network-options.ts', 'hostSchema'],
      },
      {
        title: 'partition() of a network',
        text: 'The last argument of `network.partition()`.',
        from: ['src/testing/network/network-options.ts', 'partitionSchema'],
      },
      {
        title: 'Conditions of a network',
        text: 'What `conditions()`, `between()` and `towards()` of a SimulatedNetwork take.',
        from: ['src/testing/network/conditions.ts', 'conditionsSchema'],
      },
    ],
  },
];
