import type { Reads } from '../../platform/database/pipelined-reads.ts';
import type { RefundState } from '../../domain/lifecycles.ts';
import type { OrderScope } from '../../domain/orders/order-scope.ts';
import type { RefundCause } from '../../domain/orders/order.ts';
import type { PaymentGatewayName } from '../../domain/payments/payment-gateways.ts';
import { newestFirst } from '../lists/newest-first.ts';
import { pageOf, type Page, type PageRequest } from '../lists/paging.ts';
import { scopeConditions, scopeValues } from '../lists/scope.ts';

export interface RefundView {
  readonly id: number;
  readonly orderId: number;
  readonly orderNumber: string;
  readonly paymentId: number;
  /** The gateway that the payment came by, and its name there; null: captured elsewhere. */
  readonly gateway: PaymentGatewayName | null;
  readonly paymentReference: string | null;
  readonly cause: RefundCause;
  readonly returnId: number | null;
  readonly requestedBy: string | null;
  readonly amountMinor: number;
  readonly currency: string;
  readonly state: RefundState;
  readonly attempt: number;
  readonly gatewayReference: string | null;
  readonly elsewhereReference: string | null;
  readonly failureCode: string | null;
  readonly failureMessage: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface RefundFilter {
  readonly state?: RefundState;
  readonly orderId?: number;
  readonly scope?: OrderScope;
}

const SELECT = `SELECT refunds.id, refunds.order_id AS "orderId", order_number AS "orderNumber",
                       refunds.payment_id AS "paymentId", payments.gateway,
                       CASE WHEN payments.gateway IS NOT NULL THEN payments.reference END AS "paymentReference",
                       coalesce(cause, CASE WHEN return_id IS NULL THEN 'cancellation' ELSE 'return' END) AS cause,
                       requested_by AS "requestedBy", refunds.return_id AS "returnId",
                       refunds.amount_minor AS "amountMinor", refunds.currency, refunds.state, refunds.attempt,
                       refunds.gateway_reference AS "gatewayReference",
                       refunds.elsewhere_reference AS "elsewhereReference",
                       refunds.failure_code AS "failureCode", refunds.failure_message AS "failureMessage",
                       refunds.created_at AS "createdAt", refunds.updated_at AS "updatedAt"
                FROM refunds JOIN orders ON orders.id = refunds.order_id JOIN payments ON payments.id = payment_id`;

/** Undefined: there is none, or not within the scope. */
export async function readRefund(reads: Reads, refundId: number, scope?: OrderScope): Promise<RefundView | undefined> {
  const { rows } = await reads.query<RefundView>({
    name: 'read-refund',
    text: `${SELECT} WHERE refunds.id = $1
             AND ($2::bigint IS NULL OR coalesce(orders.shop_id, 0) = $2)
             AND ($3::text IS NULL OR orders.customer_id = $3)`,
    values: [refundId, ...scopeValues(scope)],
  });
  return rows[0];
}

/** Newest first. */
export async function listRefunds(reads: Reads, filter: RefundFilter, page: PageRequest): Promise<Page<RefundView>> {
  const { rows } = await reads.query<RefundView>(
    newestFirst({
      name: 'list-refunds',
      select: SELECT,
      conditions: [
        ['state', 'refunds.state = ?', filter.state],
        ['order', 'refunds.order_id = ?', filter.orderId],
        ...scopeConditions(filter.scope),
      ],
      order: ['refunds.created_at', 'refunds.id'],
      page,
    }),
  );
  return pageOf(rows, page.limit);
}

/** How many refunds are in each state but SUCCEEDED: those are as many as there ever were, and nobody waits for them. */
export async function countOpenRefunds(reads: Reads): Promise<{ state: RefundState; refunds: number }[]> {
  const { rows } = await reads.query<{ state: RefundState; refunds: number }>({
    name: 'count-open-refunds',
    text: `SELECT state, count(*) AS refunds FROM refunds WHERE state IN ('AWAITING_APPROVAL', 'PENDING', 'SUBMITTED', 'FAILED')
           GROUP BY state`,
  });
  return rows;
}
