import type { TestDatabase } from '../database.ts';
import { returnedUnits, type ModelOrder } from './shop-model.ts';

/** All of an order that the model speaks of, in a form that can be compared. */
export interface OrderView {
  readonly state: string;
  readonly version: number;
  readonly transitions: number;
  readonly paidMinor: number | null;
  readonly invoices: number;
  readonly returnedQuantities: readonly number[];
  /** Id, state, and by line the quantities that were asked back and that were accepted. */
  readonly returns: readonly string[];
  /** Id of the return, state, amount and attempt. */
  readonly refunds: readonly string[];
  readonly jobs: readonly string[];
}

/** The ids of what commands are about. */
export interface OrderParts {
  readonly orderId: number;
  /** By line. */
  readonly itemIds: readonly number[];
  readonly refunds: readonly { readonly id: number; readonly returnId: number | null }[];
}

export function viewOfModel(order: ModelOrder): OrderView {
  return {
    state: order.state,
    version: order.version,
    transitions: order.transitions,
    paidMinor: order.paidMinor,
    invoices: order.invoices,
    returnedQuantities: order.lines.map((_, line) => returnedUnits(order, line)),
    returns: Array.from(order.returns, ([id, { state, quantities, accepted }]) => {
      return `${id} ${state} ${quantities.join()} ${(accepted ?? quantities).join()}`;
    }).sort(),
    refunds: Array.from(order.refunds, ([returnId, { state, amountMinor, attempt }]) => {
      return `${returnId ?? 'cancelled'} ${state} ${amountMinor} ${attempt}`;
    }).sort(),
    jobs: order.jobs.toSorted(),
  };
}

export async function viewOfDatabase({ pool }: TestDatabase, orderId: number): Promise<OrderView> {
  const { rows } = await pool.query<OrderView>(
    `SELECT state, version,
            (SELECT count(*) FROM state_transitions WHERE order_id = $1) AS transitions,
            (SELECT sum(amount_minor)::bigint FROM payments WHERE order_id = $1) AS "paidMinor",
            (SELECT count(*) FROM invoices WHERE order_id = $1) AS invoices,
            ARRAY(SELECT returned_quantity FROM order_items WHERE order_id = $1 ORDER BY line_number)
              AS "returnedQuantities",
            ARRAY(SELECT format('%s %s %s %s', returns.id, state, asked_back, accepted)
                  FROM returns CROSS JOIN LATERAL (
                    SELECT string_agg(coalesce(return_items.quantity, 0)::text, ',' ORDER BY line_number) AS asked_back,
                           string_agg(coalesce(accepted_quantity, return_items.quantity, 0)::text, ','
                                      ORDER BY line_number) AS accepted
                    FROM order_items LEFT JOIN return_items
                      ON order_item_id = order_items.id AND return_id = returns.id
                    WHERE order_items.order_id = $1) AS units
                  WHERE order_id = $1) AS returns,
            ARRAY(SELECT format('%s %s %s %s', coalesce(return_id::text, 'cancelled'), state, amount_minor, attempt)
                  FROM refunds WHERE order_id = $1) AS refunds,
            ARRAY(SELECT kind FROM jobs WHERE order_id = $1) AS jobs
     FROM orders WHERE id = $1`,
    [orderId],
  );
  const [view] = rows;
  if (!view) throw new Error(`there is no order ${orderId}`);
  return {
    ...view,
    returns: view.returns.toSorted(),
    refunds: view.refunds.toSorted(),
    jobs: view.jobs.toSorted(),
  };
}

export async function partsOf({ pool }: TestDatabase, orderId: number): Promise<OrderParts> {
  const [items, refunds] = await Promise.all([
    pool.query<{ id: number }>('SELECT id FROM order_items WHERE order_id = $1 ORDER BY line_number', [orderId]),
    pool.query<{ id: number; returnId: number | null }>(
      'SELECT id, return_id AS "returnId" FROM refunds WHERE order_id = $1',
      [orderId],
    ),
  ]);
  return { orderId, itemIds: items.rows.map(({ id }) => id), refunds: refunds.rows };
}
