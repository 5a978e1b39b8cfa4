import type { ImportPlan } from './import-plan.ts';
import type { ReplayedOrder } from './replay.ts';
import type { Settlement } from './settlement.ts';

/** What `--json` prints. Counts and amounts of orders and returns are the server's answers, not the plan's hopes. */
export interface ImportSummary {
  readonly rows: number;
  readonly orders: number;
  readonly order_lines: number;
  readonly gross_minor: number;
  readonly returns: number;
  /** Rows of the file that returns stand for; several may fall on one line of an order. */
  readonly return_lines: number;
  readonly returned_units: number;
  readonly refund_minor: number;
  readonly rejected: Readonly<Record<string, number>>;
  readonly invoices_rendered: number;
  readonly refunds_succeeded: number;
  readonly seconds: number;
}

export function summarize(
  plan: ImportPlan,
  orders: readonly ReplayedOrder[],
  settlement: Settlement,
  seconds: number,
): ImportSummary {
  const sum = (amount: (order: ReplayedOrder) => number): number => {
    return orders.reduce((total, order) => total + amount(order), 0);
  };
  return {
    rows: plan.rows,
    orders: orders.length,
    order_lines: sum(({ lines }) => lines),
    gross_minor: sum(({ totalMinor }) => totalMinor),
    returns: sum(({ returns }) => returns),
    return_lines: plan.returns.reduce((total, { rows }) => total + rows, 0),
    returned_units: sum(({ returnedUnits }) => returnedUnits),
    refund_minor: sum(({ refunds }) => refunds.reduce((total, refund) => total + refund.amount_minor, 0)),
    rejected: plan.rejected,
    invoices_rendered: settlement.invoicesRendered,
    refunds_succeeded: settlement.refundsSucceeded,
    seconds,
  };
}

/** The summary as a table of two columns, for people. */
export function formatSummary(summary: ImportSummary, currency: string): string {
  const count = (value: number): string => value.toLocaleString('en-GB');
  const money = (minor: number): string => (minor / 100).toLocaleString('en-GB', { style: 'currency', currency });
  const lines: [label: string, value: string][] = [
    ['rows', count(summary.rows)],
    ['orders', count(summary.orders)],
    ['order lines', count(summary.order_lines)],
    ['gross', money(summary.gross_minor)],
    ['returns', count(summary.returns)],
    ['return lines', count(summary.return_lines)],
    ['returned units', count(summary.returned_units)],
    ['refunded', money(summary.refund_minor)],
    ...Object.entries(summary.rejected).map(([reason, rows]): [string, string] => [`rejected: ${reason}`, count(rows)]),
    ['invoices rendered', count(summary.invoices_rendered)],
    ['refunds succeeded', count(summary.refunds_succeeded)],
    ['seconds', summary.seconds.toFixed(1)],
  ];
  const labelWidth = Math.max(...lines.map(([label]) => label.length));
  const valueWidth = Math.max(...lines.map(([, value]) => value.length));
  return lines.map(([label, value]) => `${label.padEnd(labelWidth)}  ${value.padStart(valueWidth)}\n`).join('');
}
