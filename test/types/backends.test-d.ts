// Checked by `tsc -p tsconfig.json`, never run: what the compiler must refuse stands under @ts-expect-error, and all else
// must pass.
import {
  type BackendCounts,
  type BackendInfo,
  type Hears,
  type HostOption,
  TcpBackends,
  type TcpBackendsOptions,
  TcpClient,
  TcpConnection,
  Tonic,
  relay,
} from '../../src/index.js';

const given: readonly HostOption[] = ['a:1', { host: 'b', port: 2 }];
export const options: TcpBackendsOptions = {
  hosts: given,
  check: { interval: 5, fall: 2 },
  proxyProtocol: 2,
  tls: true,
};

export class Proxy extends Tonic implements Hears<TcpBackends> {
  ttse__onBackendChanged(_from: TcpBackends, { place, isUp, error }: BackendInfo): void {
    const texts: readonly (string | boolean | undefined)[] = [place, isUp, error?.message];
    this.log.info(texts);
  }
  ttse__onStart(): void {
    const backends = new TcpBackends({ ...options, check: false });
    const { up, unserved }: BackendCounts = backends.counts;
    this.log.info(`${up} ${unserved}`);
    backends.configure({ hosts: ['a:1'] });
    new TcpClient({ hosts: backends });
    new TcpClient({ hosts: given, order: 'roundRobin' });
    // @ts-expect-error it must have hosts
    new TcpBackends({ check: false });
    // @ts-expect-error a host is a text or { host, port }
    new TcpBackends({ hosts: [5] });
    // @ts-expect-error no such option of a check
    new TcpBackends({ hosts: given, check: { every: 5 } });
    // @ts-expect-error there are two versions
    new TcpBackends({ hosts: given, proxyProtocol: 3 });
    // @ts-expect-error all options anew
    backends.configure({ check: false });
    // @ts-expect-error not beside a port
    new TcpClient({ hosts: backends, port: 5 });
    // @ts-expect-error these are no hosts
    new TcpClient({ hosts: { a: 1 } });
    // @ts-expect-error a connection is relayed
    backends.relay(this);
  }
}

export class Visitor extends TcpConnection {
  ttse__onConnected(): void {
    relay(this, new TcpClient({ port: 5 }), { drain: 5 });
    // @ts-expect-error no such option
    relay(this, new TcpClient({ port: 5 }), { wait: 5 });
  }
}

export class Wrong extends Tonic implements Hears<TcpBackends> {
  // @ts-expect-error the TcpBackends comes first
  ttse__onBackendChanged(_info: BackendInfo): void {}
}
