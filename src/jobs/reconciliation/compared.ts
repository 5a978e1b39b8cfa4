import type { Pool } from 'pg';
import type { Engine } from '../../engine/engine.ts';
import type { PaymentGateway } from '../../payments/payment-gateway.ts';
import type { Logger } from '../../platform/logger.ts';

/** Who is on record for what a reconciliation does. */
export const RECONCILE_ACTOR = 'reconcile';

export interface ReconcileOptions {
  readonly pool: Pool;
  readonly gateway: Pick<PaymentGateway, 'name' | 'findPayment' | 'listPayments' | 'listRefunds'>;
  /** Undefined: differences are only reported. */
  readonly engine: Engine | undefined;
  readonly logger: Logger;
  /** Only what is from then on; null: all. */
  readonly since?: Date | null;
}

/** What came of comparing all payments, or all refunds. */
export interface Compared<Difference> {
  readonly ours: number;
  readonly theirs: number;
  /** What differed and was settled here. */
  readonly repaired: readonly Difference[];
  /** What differs still, and needs a person. */
  readonly open: readonly Difference[];
}
