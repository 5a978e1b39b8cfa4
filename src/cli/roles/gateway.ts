import { buildGateway } from '../../gateway/app.ts';
import type { WebhookTarget } from '../../gateway/webhooks/sender.ts';
import type { Config } from '../../platform/config.ts';
import type { Logger } from '../../platform/logger.ts';
import { createPool } from '../../platform/database/postgres.ts';
import { StartError } from '../../platform/start-error.ts';
import { listen } from './listen.ts';
import { within, type Role } from './role.ts';

const POOL_SIZE = 8;
const DRAIN_PATIENCE_MS = 5_000;

export interface Gateway extends Role {
  readonly url: string;
}

/**
 * The local payment gateway: a service of its own, which knows of ours only what it is sent.
 *
 * @param webhooks where it tells of payments and refunds; undefined: as it is configured, or nowhere
 */
export async function startGateway(
  config: Config,
  databaseUrl: string,
  logger: Logger,
  webhooks: WebhookTarget | undefined = configuredTarget(config),
): Promise<Gateway> {
  const pool = createPool({ databaseUrl, applicationName: 'roundtrip gateway', size: POOL_SIZE, logger });
  const app = await buildGateway({ pool, logger: logger.child({ service: 'gateway' }), webhooks });
  const stop = async () => {
    await within(DRAIN_PATIENCE_MS, app.close());
    await pool.end();
  };
  try {
    const url = await listen(app, { host: config.host, port: config.gatewayPort, portSetting: 'GATEWAY_PORT' });
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function configuredTarget({ payments }: Config): WebhookTarget | undefined {
  const { localWebhookUrl: url, webhookSecrets } = payments;
  if (url === undefined) return undefined;
  const { local: secret } = webhookSecrets;
  if (secret === undefined) throw new StartError('GATEWAY_WEBHOOK_URL is set: GATEWAY_WEBHOOK_SECRET must be, too');
  return { url: () => url, secret };
}
