import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createRawServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach } from 'vitest';

/** Servers of a test's own making, on free ports of this machine; each `...Server` answers with its base URL. */
export interface TestServers {
  httpServer(listener: RequestListener): Promise<string>;
  /** Each connection is handed over once the request's first bytes have arrived. */
  rawServer(onRequest: (socket: Socket) => void): Promise<string>;
  /** A base URL that nobody listens at. */
  nobody(): Promise<string>;
}

/** Called at the top of a test file. What a test has started ends with it, open connections included. */
export function useServers(): TestServers {
  const started: { server: Server; sockets: Set<Socket> }[] = [];

  afterEach(async () => {
    await Promise.all(started.splice(0).map(({ server, sockets }) => end(server, sockets)));
  });

  const listening = async (server: Server): Promise<string> => {
    const sockets = new Set<Socket>();
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      // A client that hangs up is what such tests are about.
      socket.on('error', () => undefined);
    });
    started.push({ server, sockets });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };

  return {
    httpServer: (listener) => listening(createServer(listener)),
    rawServer: (onRequest) =>
      listening(
        createRawServer((socket) => {
          socket.once('data', () => {
            onRequest(socket);
          });
        }),
      ),
    nobody: async () => {
      const server = createRawServer();
      const url = await listening(server);
      started.pop();
      await end(server, new Set());
      return url;
    },
  };
}

/** Reads the request, and answers with `body` as JSON, or as it is when it is text. */
export function answering(status: number, body: unknown, headers: Record<string, string> = {}): RequestListener {
  return (incoming, response) => {
    incoming.resume();
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

async function end(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  server.close();
  await once(server, 'close');
}
