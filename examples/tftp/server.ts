// A TFTP server: `node dist/examples/tftp/server.js --folder .`, then `tftp -m octet 127.0.0.1 6969 -c get README.md`.
import { UdpServer } from 'tasktonic';
import { runServer } from '../shared/program.js';
import { Folder } from './folder.js';
import { Transfer } from './transfer.js';

await runServer({
  name: 'tftp',
  about: 'A TFTP server for the files below one folder: it reads, and writes new ones',
  defaults: { host: '127.0.0.1', port: 6969 },
  options: { folder: 'whose files these are    (default .)' },
  start(places, { folder = '.' }) {
    const files = new Folder(folder);
    for (const { host, port } of places)
      new UdpServer({ host, port, protocol: () => new Transfer(files), maxPeers: 100, idleTimeout: 30_000 });
  },
});
