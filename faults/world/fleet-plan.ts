import type { ProcessPlan } from '../../src/cli/stack/role-process.ts';
import type { Folders } from './folders.ts';

const HOUR_MS = 3_600_000;
/** Of one worker after the other. */
const CLOCK_JUMPS_MS = [HOUR_MS, -HOUR_MS, 24 * HOUR_MS];
const CLOCK = new URL('../clock/jumping-clock.ts', import.meta.url);

export interface FleetAddresses {
  readonly databaseUrl: Readonly<Record<'web' | 'worker' | 'gateway', string>>;
  readonly brokerUrl: Readonly<Record<'web' | 'worker', string>>;
  /** As each worker reaches it; as many workers as there are. */
  readonly gatewayUrls: readonly string[];
  readonly ports: {
    readonly gateway: number;
    readonly webs: readonly number[];
    /** Of their metrics. */
    readonly workers: readonly number[];
  };
}

/** Leases so short that what a killed worker held is taken up again while one waits. */
const SHORT_LEASES = { JOB_LEASE_SECONDS: '4', MESSAGE_LEASE_SECONDS: '5' };

/** The processes as compose has them, each on its own wires. The clocks of the workers can jump, each its own way. */
export function planProcesses(folders: Folders, addresses: FleetAddresses): readonly ProcessPlan[] {
  const { databaseUrl, brokerUrl, gatewayUrls, ports } = addresses;
  const shared = {
    PATH: process.env['PATH'],
    HOME: folders.root,
    TZ: 'UTC',
    LOG_LEVEL: 'info',
    INVOICE_OUTPUT_DIR: folders.invoices,
    MAIL_OUTPUT_DIR: folders.mail,
    STOP_DELAY_MS: '0',
    ...SHORT_LEASES,
  };
  return [
    {
      name: 'gateway',
      role: 'gateway',
      environment: { ...shared, DATABASE_URL: databaseUrl.gateway, GATEWAY_PORT: String(ports.gateway) },
      healthUrl: `http://127.0.0.1:${ports.gateway}/health`,
    },
    ...ports.workers.map((port, index): ProcessPlan => ({
      name: `worker.${index + 1}`,
      role: 'worker',
      environment: {
        ...shared,
        DATABASE_URL: databaseUrl.worker,
        BROKER_URL: brokerUrl.worker,
        PAYMENT_GATEWAY_BASE_URL: gatewayUrls[index],
        METRICS_PORT: String(port),
        NODE_OPTIONS: `--import=${CLOCK.href}`,
        FAULTS_CLOCK_JUMP_MS: String(CLOCK_JUMPS_MS[index % CLOCK_JUMPS_MS.length]),
      },
      healthUrl: `http://127.0.0.1:${port}/health`,
    })),
    ...ports.webs.map((port, index): ProcessPlan => ({
      name: `web.${index + 1}`,
      role: 'web',
      environment: { ...shared, DATABASE_URL: databaseUrl.web, BROKER_URL: brokerUrl.web, PORT: String(port) },
      healthUrl: `http://127.0.0.1:${port}/ready`,
    })),
  ];
}
