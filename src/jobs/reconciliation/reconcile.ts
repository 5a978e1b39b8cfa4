import type { PaymentDifference } from '../../payments/reconciliation/payments.ts';
import type { RefundDifference } from '../../payments/reconciliation/refunds.ts';
import type { Compared, ReconcileOptions } from './compared.ts';
import { reconcilePayments } from './reconcile-payments.ts';
import { reconcileRefunds } from './reconcile-refunds.ts';

export interface Reconciliation {
  readonly payments: Compared<PaymentDifference>;
  readonly refunds: Compared<RefundDifference>;
}

/**
 * Compares every payment and refund with the gateway's own books and, given an engine, writes down here what the gateway
 * has done without our knowing. Payments come first: a refund is of one that was captured.
 *
 * @throws StartError when the gateway does not give its books
 */
export async function reconcile(options: ReconcileOptions): Promise<Reconciliation> {
  const payments = await reconcilePayments(options);
  return { payments, refunds: await reconcileRefunds(options) };
}
