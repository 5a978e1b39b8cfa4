import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { TestDatabase } from '../database.ts';

/** Stands between an engine and its database. */
export interface CommitLosingProxy {
  /** The database's URL through the proxy. */
  readonly url: string;
  /** The next so many COMMITs are carried out, and their connections are cut before the answer gets through. */
  commitsToLose: number;
  /** New connections are cut at once; those that stand go on. */
  refusing: boolean;
  /** Goes from the next lost COMMIT on to refusing, as a database does that went down with it. */
  refusingAfterLoss: boolean;
}

/** As they stand in the protocol: a simple query, and the tag of its answer. */
const COMMIT_QUERY = 'COMMIT\0';
const COMMIT_DONE = 'COMMIT\0';

/** Called at the top of a test file, after useDatabase. */
export function useCommitLosingProxy(database: TestDatabase): CommitLosingProxy {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    if (proxy.refusing) client.destroy();
    else carry(client);
  });
  let url = '';

  const carry = (client: Socket): void => {
    const target = new URL(database.url);
    const upstream = connect({ host: target.hostname, port: Number(target.port || 5432) });
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    let swallowed: string | undefined;
    client.on('data', (chunk) => {
      if (swallowed === undefined && proxy.commitsToLose > 0 && chunk.includes(COMMIT_QUERY)) {
        proxy.commitsToLose -= 1;
        swallowed = '';
      }
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (swallowed === undefined) {
        client.write(chunk);
        return;
      }
      swallowed += chunk.toString('latin1');
      if (!swallowed.includes(COMMIT_DONE)) return;
      if (proxy.refusingAfterLoss) proxy.refusing = true;
      client.destroy();
    });
  };

  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const through = new URL(database.url);
    through.hostname = '127.0.0.1';
    through.port = String((server.address() as AddressInfo).port);
    url = through.href;
  });
  afterEach(() => {
    Object.assign(proxy, { commitsToLose: 0, refusing: false, refusingAfterLoss: false });
  });
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });

  const proxy: CommitLosingProxy = {
    get url() {
      return url;
    },
    commitsToLose: 0,
    refusing: false,
    refusingAfterLoss: false,
  };
  return proxy;
}
