import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Node's timers go by whole milliseconds: what is due within half of one leaves now rather than a millisecond late. */
const EARLY_MS = 0.5;

/** Stands for the wire between two machines: what is sent arrives so much later, each way, at an address that may move. */
export class DelayProxy {
  /** Of what is sent from now on. */
  delayMs = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #targetPort: number;

  private constructor(targetPort: number) {
    this.#targetPort = targetPort;
    this.#server = createServer((near) => {
      this.#join(near);
    });
  }

  static async open(targetPort: number): Promise<DelayProxy> {
    const proxy = new DelayProxy(targetPort);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** `url` as it is reached through here. */
  through(url: string): string {
    return Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(this.port) }).href;
  }

  /** New connections go there; those that there are stay. */
  moveTo(targetPort: number): void {
    this.#targetPort = targetPort;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(near: Socket): void {
    const far = connect(this.#targetPort, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      from.setNoDelay(true);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      this.#carry(from, to);
    }
  }

  /** In the order in which it came, whatever the delay has been meanwhile. */
  #carry(from: Socket, to: Socket): void {
    const underway: { readonly dueAt: number; readonly piece: Buffer }[] = [];
    const deliver = (): void => {
      const now = performance.now() + EARLY_MS;
      while (underway[0] && underway[0].dueAt <= now) to.write(underway.shift()?.piece ?? '');
      if (underway[0]) setTimeout(deliver, underway[0].dueAt - now);
    };
    from.on('data', (piece: Buffer) => {
      underway.push({ dueAt: performance.now() + this.delayMs, piece });
      if (underway.length > 1) return;
      if (this.delayMs === 0) deliver();
      else setTimeout(deliver, this.delayMs);
    });
  }
}
