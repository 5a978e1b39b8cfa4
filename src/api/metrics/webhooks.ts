import type { Pool } from 'pg';
import { Gauge, type Registry } from 'prom-client';
import { readDealingLag } from '../../queries/events/event-feed.ts';
import { countWebhooks } from '../../queries/webhooks/webhook-deliveries.ts';

/** What waits to be sent, read from the database at each scrape: the same in every process. */
export function watchWebhooks(registry: Registry, pool: Pool): void {
  const read = () => countWebhooks(pool).catch(() => undefined);
  new Gauge({
    name: 'webhook_deliveries_pending',
    help: 'Webhooks that are on their way; the same in every process',
    registers: [registry],
    async collect() {
      const counts = await read();
      if (counts) this.set(counts.pending);
    },
  });
  new Gauge({
    name: 'webhook_longest_wait_seconds',
    help: 'How long the webhook that waits longest has been due; the same in every process',
    registers: [registry],
    async collect() {
      const counts = await read();
      if (counts) this.set(counts.longestWaitSeconds);
    },
  });
  new Gauge({
    name: 'webhook_dealing_lag_seconds',
    help: 'Age of the oldest event of which no webhook is made yet; the same in every process',
    registers: [registry],
    async collect() {
      const seconds = await readDealingLag(pool).catch(() => undefined);
      if (seconds !== undefined) this.set(seconds);
    },
  });
  new Gauge({
    name: 'webhook_endpoints_disabled',
    help: 'Webhook endpoints that nothing is sent to; the same in every process',
    registers: [registry],
    async collect() {
      const counts = await read();
      if (counts) this.set(counts.disabledEndpoints);
    },
  });
}
