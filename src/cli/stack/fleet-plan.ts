import { isLoopback } from '../../identity/open-mode.ts';
import type { Config } from '../../platform/config.ts';
import type { ProcessPlan } from './role-process.ts';

export interface FleetSize {
  readonly webs: number;
  readonly workers: number;
}

export interface FleetAddresses {
  readonly databaseUrl: string;
  /** Undefined: each worker runs the jobs that it relays. */
  readonly brokerUrl: string | undefined;
  /** One for each web, then one for each worker's metrics. */
  readonly ports: readonly number[];
}

const HOST = '127.0.0.1';

/**
 * What the stack starts, in the order of starting: the gateway, unless payments go elsewhere, workers, webs. All take
 * their settings from the stack's own environment; what is theirs alone is set here.
 */
export function planFleet(
  config: Config,
  environment: NodeJS.ProcessEnv,
  { webs, workers }: FleetSize,
  { databaseUrl, brokerUrl, ports }: FleetAddresses,
): readonly ProcessPlan[] {
  const gatewayUrl = `http://${HOST}:${config.gatewayPort}`;
  const shared: NodeJS.ProcessEnv = {
    ...environment,
    HOST,
    DATABASE_URL: databaseUrl,
    BROKER_URL: brokerUrl ?? '',
    // Its other name would be taken for it where it is empty.
    CELERY_BROKER_URL: '',
    PAYMENT_GATEWAY_BASE_URL: config.paymentGatewayBaseUrl ?? gatewayUrl,
  };
  // Where the port in front is for other machines as well, no web may take whoever comes for this machine's user.
  const ownDoor = isLoopback(config.host) ? {} : { OPEN_MODE: 'never' };
  const gateway: ProcessPlan = {
    name: 'gateway',
    role: 'gateway',
    environment: { ...shared, HOST: config.host },
    healthUrl: `${gatewayUrl}/health`,
  };
  return [
    ...(config.paymentGatewayBaseUrl === undefined ? [gateway] : []),
    ...ports.slice(webs, webs + workers).map((port, index): ProcessPlan => ({
      name: `worker.${index + 1}`,
      role: 'worker',
      environment: { ...shared, METRICS_PORT: String(port) },
      healthUrl: `http://${HOST}:${port}/health`,
    })),
    ...ports.slice(0, webs).map((port, index): ProcessPlan => ({
      name: `web.${index + 1}`,
      role: 'web',
      // The port in front is closed first, so nobody has to be told by /ready and waited for. How many processes serve
      // is how many webs there are.
      environment: { ...shared, ...ownDoor, PORT: String(port), STOP_DELAY_MS: '0', WEB_PROCESSES: '1' },
      healthUrl: `http://${HOST}:${port}/ready`,
    })),
  ];
}
