import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { PassThrough, Transform } from 'node:stream';

/** Stands between a client and a server, so that a test can take the server away and bring it back. */
export class TcpProxy {
  readonly #delayMs: number;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #target: { readonly host: string; readonly port: number } | undefined;
  #port = 0;

  /** @param delayMs how much later the client hears what the server says */
  constructor({ delayMs = 0 } = {}) {
    this.#delayMs = delayMs;
  }

  /** Answers with `url` as it is reached through the proxy. */
  async start(url: string): Promise<string> {
    const through = new URL(url);
    this.#target = { host: through.hostname, port: Number(through.port || 5432) };
    await this.restore();
    through.hostname = '127.0.0.1';
    through.port = String(this.#port);
    return through.href;
  }

  /** Cuts every connection and refuses new ones. */
  async cut(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
    if (server) await new Promise((resolve) => server.close(resolve));
  }

  /** Lets nothing more through, and tells nobody: as a peer that vanished. */
  fallSilent(): void {
    for (const socket of this.#sockets) socket.unpipe().pause();
  }

  /** Takes connections again, on the same port. */
  async restore(): Promise<void> {
    const server = createServer((client) => {
      if (!this.#target) return;
      const upstream = connect(this.#target);
      for (const [socket, other] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        this.#sockets.add(socket);
        socket.on('error', () => other.destroy());
        socket.on('close', () => {
          this.#sockets.delete(socket);
          other.destroy();
        });
      }
      client.pipe(upstream).pipe(delayed(this.#delayMs)).pipe(client);
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }
}

/** Hands on what it is given, each piece so much later. */
function delayed(delayMs: number): Transform {
  if (delayMs === 0) return new PassThrough();
  return new Transform({
    transform(piece, _encoding, done) {
      setTimeout(() => this.push(piece), delayMs);
      done();
    },
    flush(done) {
      setTimeout(done, delayMs);
    },
  });
}
