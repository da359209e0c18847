// Takes mail and shows it: `node dist/examples/smtp-sink/server.js`, then `swaks --server 127.0.0.1:2525 --to bob@example.org`.
import { runServer } from '../shared/program.js';
import { SmtpSink } from './smtp-sink.js';

await runServer({
  name: 'smtp-sink',
  about: 'Takes mail by SMTP from everybody and shows it; with --cert a peer may go on under TLS (STARTTLS)',
  defaults: { host: '127.0.0.1', port: 2525, tls: { mode: 'startTls' } },
  start: (places) => void new SmtpSink(places, (text) => void process.stdout.write(text)),
});
