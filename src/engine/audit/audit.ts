import type { Client, ClientBase } from 'pg';
import { isReasonAsWritten, transitionHash, type ChainedFacts } from './audit-chain.ts';
import { faultsOfLedger } from './audit-ledger.ts';

export interface AuditReport {
  readonly orders: number;
  readonly transitions: number;
  /** The first thing found that is not as it was written; undefined when every chain and all books hold. */
  readonly broken: BrokenChain | undefined;
}

export interface BrokenChain {
  readonly orderId: number;
  /** The row of state_transitions; undefined when the fault is not in one row. */
  readonly transitionId: number | undefined;
  readonly problem: string;
}

const ORDERS_AT_ONCE = 500;

interface OrderRow {
  readonly id: number;
  readonly state: string;
  readonly transition_count: number;
  readonly transition_hash: Buffer;
}

interface TransitionRow extends ChainedFacts {
  readonly id: number;
  readonly previousHash: Buffer;
  readonly hash: Buffer;
}

interface StateRow {
  readonly order_id: number;
  readonly entity: string;
  readonly state: string;
}

/**
 * Checks every order's audit chain in one snapshot: each row's hash and link, no row missing in between or off the end,
 * that orders, returns, payments and refunds are in the state that their record ends with, and that the ledger says what
 * the order's state says.
 */
export async function auditChains(client: Client): Promise<AuditReport> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    let orders = 0;
    let transitions = 0;
    let afterId = 0;
    for (;;) {
      const page = await readOrders(client, afterId);
      const last = page.at(-1);
      if (!last) return { orders, transitions, broken: undefined };
      const ids = page.map(({ id }) => id);
      const rowsOf = Map.groupBy(await readTransitions(client, ids), ({ orderId }) => orderId);
      const statesOf = Map.groupBy(await readStates(client, ids), (row) => row.order_id);
      const ledgerFaults = await faultsOfLedger(client, ids);
      for (const order of page) {
        const rows = rowsOf.get(order.id) ?? [];
        const broken =
          checkChain(order, rows) ??
          checkStates(order, rows, statesOf.get(order.id) ?? []) ??
          checkLedger(order, ledgerFaults.get(order.id));
        orders += 1;
        transitions += rows.length;
        if (broken) return { orders, transitions, broken };
      }
      afterId = last.id;
    }
  } finally {
    await client.query('ROLLBACK');
  }
}

function checkChain(order: OrderRow, rows: readonly TransitionRow[]): BrokenChain | undefined {
  const broken = (problem: string, transitionId?: number) => ({ orderId: order.id, transitionId, problem });
  let previousHash: Buffer = Buffer.alloc(0);
  for (const [index, row] of rows.entries()) {
    if (row.sequence !== index + 1) return broken(`row ${index + 1} of the chain is missing`, row.id);
    if (!row.previousHash.equals(previousHash)) return broken('it does not continue the row before it', row.id);
    if (!transitionHash(previousHash, row).equals(row.hash))
      return broken('it was changed after it was written', row.id);
    if (!isReasonAsWritten(row)) return broken('its reason was changed after it was written', row.id);
    previousHash = row.hash;
  }
  if (rows.length !== order.transition_count) {
    return broken(`the chain has ${rows.length} rows of ${order.transition_count}`);
  }
  if (!previousHash.equals(order.transition_hash)) return broken('the chain does not end as the order says');
  return undefined;
}

function checkStates(
  order: OrderRow,
  rows: readonly TransitionRow[],
  parts: readonly StateRow[],
): BrokenChain | undefined {
  const recorded = new Map(rows.map(({ entityType, entityId, to }) => [`${entityType} ${entityId}`, to]));
  const actual = [{ entity: `order ${order.id}`, state: order.state }, ...parts];
  for (const { entity, state } of actual) {
    // A payment in the short form has no record but the order's: it was captured when the order was paid.
    const expected = recorded.get(entity) ?? (entity.startsWith('payment ') ? 'CAPTURED' : undefined);
    if (expected !== state) {
      const problem = `${entity} is ${state}, but its record ends with ${expected ?? 'nothing'}`;
      return { orderId: order.id, transitionId: undefined, problem };
    }
  }
  return undefined;
}

function checkLedger(order: OrderRow, problem: string | undefined): BrokenChain | undefined {
  return problem === undefined ? undefined : { orderId: order.id, transitionId: undefined, problem };
}

async function readOrders(client: ClientBase, afterId: number): Promise<OrderRow[]> {
  const { rows } = await client.query<OrderRow>({
    name: 'audit-orders',
    text: `SELECT id, state, transition_count, transition_hash FROM orders WHERE id > $1 ORDER BY id LIMIT $2`,
    values: [afterId, ORDERS_AT_ONCE],
  });
  return rows;
}

async function readTransitions(client: ClientBase, orderIds: readonly number[]): Promise<TransitionRow[]> {
  const { rows } = await client.query<TransitionRow>({
    name: 'audit-transitions',
    text: `SELECT id, order_id AS "orderId", sequence, entity_type AS "entityType", entity_id AS "entityId", event,
                  from_state AS "from", to_state AS "to", actor, reason, reason_salt AS "reasonSalt",
                  reason_commitment AS "reasonCommitment", created_at AS "createdAt", previous_hash AS "previousHash", hash
           FROM state_transitions WHERE order_id = ANY ($1::bigint[]) ORDER BY order_id, sequence`,
    values: [orderIds],
  });
  return rows;
}

async function readStates(client: ClientBase, orderIds: readonly number[]): Promise<StateRow[]> {
  const { rows } = await client.query<StateRow>({
    name: 'audit-states',
    text: `SELECT order_id, 'return ' || id AS entity, state FROM returns WHERE order_id = ANY ($1::bigint[])
           UNION ALL
           SELECT order_id, 'refund ' || id, state FROM refunds WHERE order_id = ANY ($1::bigint[])
           UNION ALL
           SELECT order_id, 'payment ' || id, state FROM payments WHERE order_id = ANY ($1::bigint[])`,
    values: [orderIds],
  });
  return rows;
}
