import type { AddressInfo } from 'node:net';
import { StartError } from '../../platform/start-error.ts';

/** What `listen` needs: an app of Fastify's, or anything else that listens. */
interface Listener {
  listen(address: { readonly host: string; readonly port: number }): Promise<unknown>;
  readonly server: { address(): AddressInfo | string | null };
}

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  /** The setting to change when the port is taken: PORT or GATEWAY_PORT. */
  readonly portSetting: string;
  /** Whether it is reached by TLS; left out: in the clear. */
  readonly isTls?: boolean;
}

/**
 * Starts listening.
 *
 * @returns the base URL that this machine reaches it by
 * @throws StartError when the address cannot be listened on
 */
export async function listen(
  app: Listener,
  { host, port, portSetting, isTls = false }: ListenOptions,
): Promise<string> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    throw new StartError(reasonOf(error, host, port, portSetting), { cause: error });
  }
  const address = app.server.address() as AddressInfo;
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http${isTls ? 's' : ''}://${reachable.includes(':') ? `[${reachable}]` : reachable}:${address.port}`;
}

function reasonOf(error: unknown, host: string, port: number, portSetting: string): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EADDRINUSE':
      return `port ${port} is in use: stop the program that has it, or set ${portSetting} to another port`;
    case 'EACCES':
      return `port ${port} may not be opened by this user: set ${portSetting} to one above 1023`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `this machine has no address ${host}: set HOST to one that it has, such as 127.0.0.1`;
    default:
      return `cannot listen on ${host}:${port} (${String(error)}): set HOST and ${portSetting}`;
  }
}
