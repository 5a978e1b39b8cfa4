import type { Pool } from 'pg';
import { capturableMinor } from '../../domain/payments/balances.ts';
import type { PaymentGatewayName } from '../../domain/payments/payment-gateways.ts';
import type { GatewayPayment } from '../../payments/payment-gateway.ts';
import type { PaymentDifference } from '../../payments/reconciliation/payments.ts';
import type { RefundDifference } from '../../payments/reconciliation/refunds.ts';
import type { DifferenceView } from '../../queries/money/reconciliation.ts';
import { RECONCILE_ACTOR } from './compared.ts';
import type { Reconciliation } from './reconcile.ts';

export interface Finding extends Reconciliation {
  readonly gateway: PaymentGatewayName;
  /** What of both books was compared: all that is from then on; null: all. */
  readonly since: Date | null;
}

/** A gateway's entry may be older than ours: with some, the customer authorises there before we hear of it. */
const MOST_DAYS_EARLIER_THERE = 7;

/**
 * Writes down what a reconciliation found. A difference that is found again is the same row, with what either side says
 * now; one that a person has resolved stays so, although the books differ yet, until either side says something else. What
 * was repaired, or was compared whole and agrees again, is resolved.
 *
 * @returns how many of the differences wait for a person
 */
export async function recordFinding(pool: Pool, { gateway, payments, refunds, since }: Finding): Promise<number> {
  const repaired = await writeDown(pool, gateway, [
    ...payments.repaired.map(rowOfPayment),
    ...refunds.repaired.map(rowOfRefund),
  ]);
  const open = await writeDown(pool, gateway, [...payments.open.map(rowOfPayment), ...refunds.open.map(rowOfRefund)]);
  await resolve(pool, 'Settled here.', idsOf(repaired));
  await resolveOthers(pool, gateway, idsOf(open), since);
  return open.filter(({ state }) => state === 'OPEN').length;
}

type Written = Pick<DifferenceView, 'id' | 'state'>;
const idsOf = (written: readonly Written[]) => written.map(({ id }) => id);

/** Whether what is known as resolved is open again: it agreed meanwhile, or a person has resolved another difference. */
const REOPENS = `known.resolved_by = $13
  OR (known.our_state, known.our_amount_minor, known.our_currency, known.their_amount_minor, known.their_currency)
     IS DISTINCT FROM (excluded.our_state, excluded.our_amount_minor, excluded.our_currency,
                       excluded.their_amount_minor, excluded.their_currency)`;

async function writeDown(pool: Pool, gateway: PaymentGatewayName, rows: readonly DifferenceRow[]): Promise<Written[]> {
  if (rows.length === 0) return [];
  const { rows: written } = await pool.query<Written>({
    name: 'record-differences',
    text: `INSERT INTO reconciliation_differences AS known
             (gateway, subject, kind, refund_id, payment_id, order_id, our_state, our_amount_minor, our_currency,
              gateway_reference, their_amount_minor, their_currency)
           SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[],
                                    $8::bigint[], $9::text[], $10::text[], $11::bigint[], $12::text[])
           ON CONFLICT (gateway, subject, kind, coalesce(refund_id, payment_id, 0), coalesce(gateway_reference, ''))
             DO UPDATE
             SET last_seen_at = now(),
                 our_state = excluded.our_state,
                 our_amount_minor = excluded.our_amount_minor,
                 our_currency = excluded.our_currency,
                 their_amount_minor = excluded.their_amount_minor,
                 their_currency = excluded.their_currency,
                 state = CASE WHEN ${REOPENS} THEN 'OPEN' ELSE known.state END,
                 resolved_at = CASE WHEN ${REOPENS} THEN NULL ELSE known.resolved_at END,
                 resolved_by = CASE WHEN ${REOPENS} THEN NULL ELSE known.resolved_by END,
                 -- What a person has said of it stays to be read.
                 resolution = CASE WHEN known.resolved_by = $13 THEN NULL ELSE known.resolution END
           RETURNING id, state`,
    values: [
      gateway,
      rows.map(({ subject }) => subject),
      rows.map(({ kind }) => kind),
      rows.map(({ refundId }) => refundId),
      rows.map(({ paymentId }) => paymentId),
      rows.map(({ orderId }) => orderId),
      rows.map(({ ourState }) => ourState),
      rows.map(({ ourAmountMinor }) => ourAmountMinor),
      rows.map(({ ourCurrency }) => ourCurrency),
      rows.map(({ gatewayReference }) => gatewayReference),
      rows.map(({ theirAmountMinor }) => theirAmountMinor),
      rows.map(({ theirCurrency }) => theirCurrency),
      RECONCILE_ACTOR,
    ],
  });
  return written;
}

async function resolve(pool: Pool, resolution: string, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  await pool.query({
    name: 'resolve-differences',
    text: `UPDATE reconciliation_differences
           SET state = 'RESOLVED', resolved_at = now(), resolved_by = $2, resolution = $3
           WHERE id = ANY ($1::bigint[]) AND state = 'OPEN'`,
    values: [ids, RECONCILE_ACTOR, resolution],
  });
}

/** Of a payment or refund that may have entries there from before `since`, not all was compared, and nothing is resolved. */
async function resolveOthers(
  pool: Pool,
  gateway: PaymentGatewayName,
  stillOpen: readonly number[],
  since: Date | null,
): Promise<void> {
  await pool.query({
    name: 'resolve-other-differences',
    text: `UPDATE reconciliation_differences
           SET state = 'RESOLVED', resolved_at = now(), resolved_by = $3,
               resolution = 'The books agree again.'
           WHERE gateway = $1 AND state = 'OPEN' AND id <> ALL ($2::bigint[])
             AND ($4::timestamptz IS NULL
                  OR EXISTS (SELECT FROM payments
                             WHERE payments.id = payment_id AND payments.created_at >= $4 + make_interval(days => $5))
                  OR EXISTS (SELECT FROM refunds
                             WHERE refunds.id = refund_id AND refunds.created_at >= $4 + make_interval(days => $5)))`,
    values: [gateway, stillOpen, RECONCILE_ACTOR, since?.toISOString() ?? null, MOST_DAYS_EARLIER_THERE],
  });
}

interface DifferenceRow {
  readonly subject: 'payment' | 'refund';
  readonly kind: PaymentDifference['kind'] | RefundDifference['kind'];
  readonly refundId: number | null;
  readonly paymentId: number | null;
  readonly orderId: number | null;
  readonly ourState: string | null;
  readonly ourAmountMinor: number | null;
  readonly ourCurrency: string | null;
  readonly gatewayReference: string | null;
  readonly theirAmountMinor: number | null;
  readonly theirCurrency: string | null;
}

function rowOfRefund(difference: RefundDifference): DifferenceRow {
  const ours = 'refund' in difference ? difference.refund : undefined;
  const theirs = 'theirs' in difference ? inAll(difference.theirs) : undefined;
  return {
    subject: 'refund',
    kind: difference.kind,
    refundId: ours?.id ?? null,
    paymentId: null,
    orderId: ours?.orderId ?? null,
    ourState: ours?.state ?? null,
    ourAmountMinor: ours?.amountMinor ?? null,
    ourCurrency: ours?.currency ?? null,
    ...ofTheirs(theirs),
  };
}

function rowOfPayment(difference: PaymentDifference): DifferenceRow {
  const ours = 'payment' in difference ? difference.payment : undefined;
  const theirs = 'theirs' in difference ? inAll([difference.theirs].flat().map(moneyOf)) : undefined;
  return {
    subject: 'payment',
    kind: difference.kind,
    refundId: null,
    paymentId: ours?.id ?? null,
    orderId: ours?.orderId ?? null,
    ourState: ours?.state ?? null,
    ourAmountMinor: ours ? capturableMinor(ours) : null,
    ourCurrency: ours?.currency ?? null,
    ...ofTheirs(theirs),
  };
}

interface TheirMoney {
  readonly gatewayReference: string;
  readonly amountMinor: number;
  readonly currency: string;
}

/** What came in by it, or what is held. */
function moneyOf({ gatewayReference, status, capturedMinor, amountMinor, currency }: GatewayPayment): TheirMoney {
  return { gatewayReference, amountMinor: status === 'captured' ? capturedMinor : amountMinor, currency };
}

/** Of what was moved more than once, the first of them, with what was moved in all, as far as a number tells it exactly. */
function inAll(theirs: TheirMoney | readonly TheirMoney[]): TheirMoney | undefined {
  const sorted = [theirs].flat().toSorted((a, b) => (a.gatewayReference < b.gatewayReference ? -1 : 1));
  const [first] = sorted;
  const sumMinor = sorted.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  return first && { ...first, amountMinor: Math.min(sumMinor, Number.MAX_SAFE_INTEGER) };
}

function ofTheirs(theirs: TheirMoney | undefined) {
  return {
    gatewayReference: theirs?.gatewayReference ?? null,
    theirAmountMinor: theirs?.amountMinor ?? null,
    theirCurrency: theirs?.currency ?? null,
  };
}
