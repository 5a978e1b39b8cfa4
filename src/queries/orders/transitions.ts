import type { Reads } from '../../platform/database/pipelined-reads.ts';
import { TIMES_AS_TEXT } from '../../platform/database/postgres.ts';
import type { EntityType } from '../../domain/lifecycles.ts';

export interface TransitionView {
  readonly id: number;
  readonly orderId: number;
  /** Position in the order's audit chain, from 1. */
  readonly sequence: number;
  readonly entityType: EntityType;
  readonly entityId: number;
  readonly event: string;
  readonly fromState: string | null;
  readonly toState: string;
  readonly actor: string;
  readonly reason: string | null;
  /** ISO text. */
  readonly createdAt: string;
  /** Hexadecimal SHA-256. */
  readonly hash: string;
}

const COLUMNS = `id, order_id AS "orderId", sequence, entity_type AS "entityType", entity_id AS "entityId", event,
                 from_state AS "fromState", to_state AS "toState", actor, reason, created_at AS "createdAt",
                 encode(hash, 'hex') AS hash`;

export interface TransitionPageRequest {
  readonly limit: number;
  /** The sequence after which the page begins; 0 for the first. */
  readonly afterSequence: number;
}

export interface TransitionRows {
  readonly rows: readonly TransitionView[];
  /** Whether the record goes on behind them. */
  readonly more: boolean;
}

/** The record of an order with its returns and refunds, oldest first; of one return alone, when that is given. */
export async function listTransitions(
  reads: Reads,
  orderId: number,
  returnId: number | undefined,
  page: TransitionPageRequest,
): Promise<TransitionRows> {
  const { rows } = await reads.query<TransitionView>({
    name: 'list-transitions',
    text: `SELECT ${COLUMNS} FROM state_transitions
           WHERE order_id = $1 AND sequence > $2
             AND ($3::bigint IS NULL OR (entity_type = 'return' AND entity_id = $3))
           ORDER BY sequence LIMIT $4`,
    types: TIMES_AS_TEXT,
    values: [orderId, page.afterSequence, returnId ?? null, page.limit + 1],
  });
  return { rows: rows.slice(0, page.limit), more: rows.length > page.limit };
}
