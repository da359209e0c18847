// A line without a bar: Bun's own datagram socket.
const socket = await Bun.udpSocket({
  hostname: '127.0.0.1',
  port: 0,
  socket: {
    data(socket, data, port, address) {
      socket.send(data, port, address);
    },
    error() {},
  },
});
console.log(JSON.stringify({ port: socket.port }));
setTimeout(() => process.exit(3), 10 * 60 * 1000).unref();
process.on('SIGTERM', () => process.exit(0));
