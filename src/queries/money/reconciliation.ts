import type { ClientBase, Pool } from 'pg';
import type { PaymentGatewayName } from '../../domain/payments/payment-gateways.ts';
import { afterCursor, pageOf, type Page, type PageRequest } from '../lists/paging.ts';

export const DIFFERENCE_STATES = ['OPEN', 'RESOLVED'] as const;
export type DifferenceState = (typeof DIFFERENCE_STATES)[number];

export const DIFFERENCE_KINDS = [
  'paid_but_open_here',
  'failed_there',
  'ahead_there',
  'states_differ',
  'not_at_the_gateway',
  'amounts_differ',
  'paid_twice',
  'unknown_here',
  'outcome_unknown',
] as const;
export type DifferenceKind = (typeof DIFFERENCE_KINDS)[number];

export const DIFFERENCE_SUBJECTS = ['payment', 'refund'] as const;
export type DifferenceSubject = (typeof DIFFERENCE_SUBJECTS)[number];

/** One difference between our books and a gateway's. */
export interface DifferenceView {
  readonly id: number;
  readonly gateway: PaymentGatewayName;
  readonly kind: DifferenceKind;
  readonly subject: DifferenceSubject;
  readonly refundId: number | null;
  readonly paymentId: number | null;
  readonly orderId: number | null;
  readonly ourState: string | null;
  readonly ourAmountMinor: number | null;
  readonly ourCurrency: string | null;
  readonly gatewayReference: string | null;
  readonly theirAmountMinor: number | null;
  readonly theirCurrency: string | null;
  readonly state: DifferenceState;
  readonly createdAt: Date;
  readonly lastSeenAt: Date;
  readonly resolvedAt: Date | null;
  readonly resolvedBy: string | null;
  readonly resolution: string | null;
}

export interface DifferenceFilter {
  readonly state?: DifferenceState;
  readonly kind?: DifferenceKind;
  readonly gateway?: PaymentGatewayName;
  readonly subject?: DifferenceSubject;
}

const COLUMNS = `id, gateway, subject, kind, refund_id AS "refundId", payment_id AS "paymentId", order_id AS "orderId", our_state AS "ourState",
                 our_amount_minor AS "ourAmountMinor", our_currency AS "ourCurrency",
                 gateway_reference AS "gatewayReference", their_amount_minor AS "theirAmountMinor",
                 their_currency AS "theirCurrency", state, created_at AS "createdAt", last_seen_at AS "lastSeenAt",
                 resolved_at AS "resolvedAt", resolved_by AS "resolvedBy", resolution`;

/** Newest first. */
export async function listDifferences(
  pool: Pool,
  { state, kind, gateway, subject }: DifferenceFilter,
  page: PageRequest,
): Promise<Page<DifferenceView>> {
  const { rows } = await pool.query<DifferenceView>({
    text: `SELECT ${COLUMNS} FROM reconciliation_differences
           WHERE ($1::text IS NULL OR state = $1)
             AND ($2::text IS NULL OR kind = $2)
             AND ($3::text IS NULL OR gateway = $3)
             AND ($4::text IS NULL OR subject = $4)
             AND ($5::timestamptz IS NULL OR (created_at, id) < ($5, $6::bigint))
           ORDER BY created_at DESC, id DESC LIMIT $7`,
    values: [state, kind, gateway, subject, ...afterCursor(page), page.limit + 1],
  });
  return pageOf(rows, page.limit);
}

export async function readDifference(client: ClientBase, id: number): Promise<DifferenceView | undefined> {
  const { rows } = await client.query<DifferenceView>({
    name: 'read-difference',
    text: `SELECT ${COLUMNS} FROM reconciliation_differences WHERE id = $1`,
    values: [id],
  });
  return rows[0];
}

/** A person has looked at it. False: it is resolved already, or there is none. */
export async function resolveDifference(
  client: ClientBase,
  id: number,
  actor: string,
  resolution: string,
): Promise<boolean> {
  const { rowCount } = await client.query({
    name: 'resolve-difference',
    text: `UPDATE reconciliation_differences
           SET state = 'RESOLVED', resolved_at = now(), resolved_by = $2, resolution = $3
           WHERE id = $1 AND state = 'OPEN'`,
    values: [id, actor, resolution],
  });
  return rowCount === 1;
}

/** When a gateway's books were last compared with ours, and what came of it. */
export interface ComparisonView {
  readonly gateway: PaymentGatewayName;
  /** Somebody has asked for one that is not begun yet. */
  readonly requestedAt: Date | null;
  readonly begunAt: Date | null;
  /** Null while it is under way, and where it came to no end. */
  readonly finishedAt: Date | null;
  readonly repaired: number | null;
  readonly differ: number | null;
  readonly failure: string | null;
}

/** One for each of the gateways, in their order, also where there was none yet. */
export async function listComparisons(
  client: ClientBase | Pool,
  gateways: readonly PaymentGatewayName[],
): Promise<ComparisonView[]> {
  const { rows } = await client.query<ComparisonView>({
    name: 'list-comparisons',
    text: `SELECT named.gateway, requested_at AS "requestedAt", begun_at AS "begunAt", finished_at AS "finishedAt",
                  repaired, differ, failure
           FROM unnest($1::text[]) WITH ORDINALITY AS named (gateway, place)
           LEFT JOIN reconciliation_turns USING (gateway) ORDER BY place`,
    values: [gateways],
  });
  return rows;
}

/** When the last comparison of a row of reconciliation_turns came to an end; where none has, when the first was begun. */
export const LAST_COMPARED = 'coalesce(finished_at, unfinished_since, begun_at)';

/** How a gateway's books and ours stand to each other. */
export interface ComparisonFigures {
  readonly gateway: PaymentGatewayName;
  readonly openDifferences: number;
  /** Since a comparison came to an end, or since the first was begun; null: none was. */
  readonly secondsSinceCompared: number | null;
}

/** What a scrape of the metrics reads, of each of the gateways. */
export async function readComparisonFigures(
  pool: Pool,
  gateways: readonly PaymentGatewayName[],
): Promise<ComparisonFigures[]> {
  const { rows } = await pool.query<ComparisonFigures>({
    name: 'comparison-figures',
    text: `SELECT named.gateway,
                  (SELECT count(*) FROM reconciliation_differences AS difference
                   WHERE difference.gateway = named.gateway AND state = 'OPEN') AS "openDifferences",
                  extract(epoch FROM now() - ${LAST_COMPARED})::double precision AS "secondsSinceCompared"
           FROM unnest($1::text[]) AS named (gateway) LEFT JOIN reconciliation_turns USING (gateway)`,
    values: [gateways],
  });
  return rows;
}

/** Has a worker compare the gateway's books soon. Asking again before it is begun is no change. */
export async function requestComparison(client: ClientBase, gateway: PaymentGatewayName): Promise<void> {
  await client.query({
    name: 'request-comparison',
    text: `INSERT INTO reconciliation_turns AS turn (gateway, begun_at, requested_at) VALUES ($1, NULL, now())
           ON CONFLICT (gateway) DO UPDATE SET requested_at = coalesce(turn.requested_at, now())`,
    values: [gateway],
  });
}
