import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

const CONNECT_TIMEOUT_MS = 2_000;
const HOST = '127.0.0.1';

/**
 * One port in front of several servers of this machine. Each connection goes to the next server in turn; one that does
 * not take it is passed over. What a connection carries is not looked at, so the servers do not learn whom it is from:
 * this is nothing to stand before strangers (docs/deployment.md).
 */
export class RoundRobinProxy {
  readonly server: Server;
  readonly #ports: readonly number[];
  #turn = 0;

  constructor(ports: readonly number[]) {
    this.#ports = ports;
    this.server = createServer((client) => {
      prepare(client);
      void this.#pass(client);
    });
  }

  async listen({ host, port }: { readonly host: string; readonly port: number }): Promise<void> {
    this.server.listen(port, host);
    await once(this.server, 'listening');
  }

  /** Takes no more connections. Those that are open go on until either end closes them: a web that drains closes its own. */
  stopListening(): void {
    this.server.close();
  }

  async #pass(client: Socket): Promise<void> {
    const first = this.#turn;
    this.#turn = (first + 1) % this.#ports.length;
    for (const [index] of this.#ports.entries()) {
      const port = this.#ports[(first + index) % this.#ports.length];
      const server = port === undefined ? undefined : await connectTo(port);
      if (!server) continue;
      prepare(server);
      join(client, server);
      return;
    }
    // Nobody is there: as a closed port does.
    client.resetAndDestroy();
  }
}

function prepare(socket: Socket): void {
  socket.setNoDelay(true);
  // Whatever goes wrong on a socket also closes it, which is passed on to the other end.
  socket.on('error', () => undefined);
}

/** Undefined: nobody takes the connection. */
function connectTo(port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: HOST });
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy());
    socket.once('connect', () => {
      socket.setTimeout(0);
      resolve(socket);
    });
    socket.once('error', () => undefined);
    socket.once('close', () => {
      resolve(undefined);
    });
  });
}

/** Either end that closes, in good order or not, closes the other. */
function join(client: Socket, server: Socket): void {
  if (client.destroyed) {
    server.destroy();
    return;
  }
  client.on('close', () => server.destroy());
  server.on('close', () => client.destroy());
  client.pipe(server).pipe(client);
}
