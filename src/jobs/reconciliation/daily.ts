import type { Pool } from 'pg';
import type { PaymentGatewayName } from '../../domain/payments/payment-gateways.ts';
import type { Engine } from '../../engine/engine.ts';
import type { PaymentGateway } from '../../payments/payment-gateway.ts';
import type { GatewayRegistry } from '../../payments/registry.ts';
import type { Logger } from '../../platform/logger.ts';
import { Repeating } from '../../platform/repeating.ts';
import { recordFinding } from './differences.ts';
import { reconcile } from './reconcile.ts';
import { failTurn, finishTurn, takeTurn } from './turns.ts';

export interface DailyReconciliationOptions {
  readonly pool: Pool;
  readonly engine: Engine;
  readonly gateways: GatewayRegistry;
  readonly logger: Logger;
}

/** How soon a comparison that a person asks for is begun. */
const LOOK_INTERVAL_MS = 2_000;
/** How far back the books are compared, beside what is under way from before; `roundtrip reconcile` compares all of them. */
const DAYS_BACK = 35;
const DAY_MS = 86_400_000;

/**
 * Compares our payments and refunds with each gateway's books once a day, and when a person asks for it, writes down here
 * what the gateway has done without our knowing, and keeps what a person must see. Any number of workers may run it: one
 * gets the turn, and one that died with it leaves it to another.
 */
export function startDailyReconciliation(options: DailyReconciliationOptions): { stop(): Promise<void> } {
  const repeating = new Repeating({
    what: "comparing with the gateways' books",
    pollIntervalMs: LOOK_INTERVAL_MS,
    logger: options.logger,
    step: async () => {
      for (const name of options.gateways.names) await takeTurnOf(name, options);
      return false;
    },
  });
  repeating.start();
  return repeating;
}

async function takeTurnOf(
  name: PaymentGatewayName,
  { pool, engine, gateways, logger }: DailyReconciliationOptions,
): Promise<void> {
  const gateway = gateways.find(name);
  if (!gateway || !(await takeTurn(pool, name))) return;
  try {
    await compare(gateway, { pool, engine, logger });
  } catch (error) {
    logger.warn({ gateway: name, error: String(error) }, 'the books could not be compared; it is tried again');
    await failTurn(pool, name, error instanceof Error ? error.message : String(error));
  }
}

async function compare(
  gateway: PaymentGateway,
  { pool, engine, logger }: Omit<DailyReconciliationOptions, 'gateways'>,
): Promise<void> {
  const { name } = gateway;
  const since = new Date(Date.now() - DAYS_BACK * DAY_MS);
  const found = await reconcile({ pool, gateway, engine, logger, since });
  const differ = await recordFinding(pool, { gateway: name, ...found, since });
  const { payments, refunds } = found;
  const repaired = payments.repaired.length + refunds.repaired.length;
  await finishTurn(pool, name, { repaired, differ });
  logger[differ > 0 ? 'warn' : 'info'](
    { gateway: name, payments: payments.ours, refunds: refunds.ours, repaired, differ },
    "our payments and refunds were compared with the gateway's books",
  );
}
