import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';

/** A certificate with what leads to its root, and its private key, as PEM. */
export interface TlsCredentials {
  readonly cert: string;
  readonly key: string;
}

/**
 * Node's own limits are off or generous: a client that sends its header or body a byte at a time would hold its
 * connection for ever. The header's time-out must be the smaller, and the interval says how soon either bites.
 */
const TIMEOUTS = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 72_000,
  connectionsCheckingInterval: 1_000,
};

/** @param tls undefined: in the clear */
export function createWebServer(handler: RequestListener, tls: TlsCredentials | undefined): Server {
  if (!tls) return createServer(TIMEOUTS, handler);
  return createTlsServer({ ...TIMEOUTS, ...tls, minVersion: 'TLSv1.2' }, handler);
}
