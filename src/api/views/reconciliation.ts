import type { Static } from 'typebox';
import type { ComparisonView, DifferenceView } from '../../queries/money/reconciliation.ts';
import type { ComparisonSchema, DifferenceSchema } from '../schemas/reconciliation.ts';

export function differenceView(difference: DifferenceView): Static<typeof DifferenceSchema> {
  return {
    id: difference.id,
    gateway: difference.gateway,
    subject: difference.subject,
    kind: difference.kind,
    refund_id: difference.refundId,
    payment_id: difference.paymentId,
    order_id: difference.orderId,
    our_state: difference.ourState,
    our_amount_minor: difference.ourAmountMinor,
    our_currency: difference.ourCurrency,
    gateway_reference: difference.gatewayReference,
    their_amount_minor: difference.theirAmountMinor,
    their_currency: difference.theirCurrency,
    state: difference.state,
    created_at: difference.createdAt,
    last_seen_at: difference.lastSeenAt,
    resolved_at: difference.resolvedAt,
    resolved_by: difference.resolvedBy,
    resolution: difference.resolution,
  };
}

export function comparisonView(comparison: ComparisonView): Static<typeof ComparisonSchema> {
  return {
    gateway: comparison.gateway,
    requested_at: comparison.requestedAt,
    begun_at: comparison.begunAt,
    finished_at: comparison.finishedAt,
    repaired: comparison.repaired,
    differ: comparison.differ,
    failure: comparison.failure,
  };
}
