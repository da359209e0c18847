// A line without a bar: Bun's own sockets, run by bun. A write that the kernel took in part goes on at `drain`.
const server = Bun.listen({
  hostname: '127.0.0.1',
  port: 0,
  socket: {
    open(socket) {
      socket.data = [];
      socket.setNoDelay?.(true);
    },
    data(socket, data) {
      if (socket.data.length > 0) return void socket.data.push(Buffer.from(data));
      const taken = socket.write(data);
      if (taken >= 0 && taken < data.length) socket.data.push(Buffer.from(data.subarray(taken)));
    },
    drain(socket) {
      while (socket.data.length > 0) {
        const [first] = socket.data;
        const taken = socket.write(first);
        if (taken < 0) return;
        if (taken < first.length) return void (socket.data[0] = first.subarray(taken));
        socket.data.shift();
      }
    },
    error() {},
  },
});
console.log(JSON.stringify({ port: server.port }));
setTimeout(() => process.exit(3), 10 * 60 * 1000).unref();
process.on('SIGTERM', () => process.exit(0));
