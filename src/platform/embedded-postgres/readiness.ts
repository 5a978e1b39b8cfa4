import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

/** Replaying what a crash left to replay can take a while. */
const READY_TIMEOUT_MS = 180_000;
const POLL_MS = 20;
const CONNECTION_TIMEOUT_MS = 2_000;
const INVALID_PASSWORD = '28P01';

export interface StartingServer {
  readonly databaseUrl: string;
  /** Resolves, with how it ended, when the process is gone. Never rejects. */
  readonly ended: Promise<string>;
}

export type Readiness =
  'ready' | 'ended' | 'the password is not the one that the cluster has' | 'it is not ready after 3 minutes';

/** Connects until a connection is accepted, the server has ended, or another attempt would be the same. */
export async function waitUntilReady(server: StartingServer): Promise<Readiness> {
  const state = { ended: false };
  void server.ended.then(() => (state.ended = true));
  const deadline = performance.now() + READY_TIMEOUT_MS;
  while (performance.now() < deadline) {
    const refusal = await tryToConnect(server.databaseUrl);
    // Asked first: what accepted the connection may be another server, that took the port from ours.
    if (state.ended) return 'ended';
    if (refusal === undefined) return 'ready';
    if (refusal === INVALID_PASSWORD) return 'the password is not the one that the cluster has';
    await delay(POLL_MS);
  }
  return 'it is not ready after 3 minutes';
}

/** Undefined when accepted, else the error's code. */
async function tryToConnect(databaseUrl: string): Promise<string | undefined> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: CONNECTION_TIMEOUT_MS });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return undefined;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  } finally {
    await client.end().catch(() => undefined);
  }
}
