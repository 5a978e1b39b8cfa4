import type { Pool } from 'pg';
import { Gauge, type Registry } from 'prom-client';
import type { PaymentGatewayName } from '../../domain/payments/payment-gateways.ts';
import { readComparisonFigures } from '../../queries/money/reconciliation.ts';

/** How the gateways' books and ours stand to each other, read from the database at each scrape: the same in every process. */
export function watchReconciliation(registry: Registry, pool: Pool, gateways: readonly PaymentGatewayName[]): void {
  const read = () => readComparisonFigures(pool, gateways).catch(() => []);
  new Gauge({
    name: 'reconciliation_differences_open',
    help: "Differences between our books and a gateway's that wait for a person; the same in every process",
    labelNames: ['gateway'],
    registers: [registry],
    async collect() {
      this.reset();
      for (const { gateway, openDifferences } of await read()) this.set({ gateway }, openDifferences);
    },
  });
  new Gauge({
    name: 'reconciliation_age_seconds',
    help:
      "How long ago a comparison with a gateway's books came to an end, or the first was begun where none has; the same in " +
      'every process',
    labelNames: ['gateway'],
    registers: [registry],
    async collect() {
      this.reset();
      for (const { gateway, secondsSinceCompared } of await read()) {
        if (secondsSinceCompared !== null) this.set({ gateway }, secondsSinceCompared);
      }
    },
  });
}
