import type { OperationId } from './operations.ts';

/**
 * What an operation takes out of its caller's bucket, where that is more than the one token of the others: about as many
 * as plain reads could be answered in its time.
 */
export const COSTS = {
  search: 5,
  getOverview: 5,
  getStatistics: 10,
  getTrialBalance: 10,
  getInvoicePdf: 5,
  getCreditNotePdf: 5,
  exportLedger: 50,
  exportCustomer: 20,
  eraseCustomer: 20,
  retryJobsAlike: 20,
  streamEvents: 10,
} as const satisfies Readonly<Partial<Record<OperationId, number>>>;

/** A page may be longer than usual: each of these takes as much again. */
export const ROWS_A_COST = 50;
const MOST_ROWS = 200;

/** Answered however much there is to do: whoever runs the system must see how it is. */
export const NEVER_SHED: ReadonlySet<OperationId> = new Set(['getHealth', 'getReadiness', 'getMetrics']);

/** Open for as long as its client likes, so not among what is in progress; how many there may be is its own business. */
export const LASTING: ReadonlySet<OperationId> = new Set(['streamEvents']);

const COST_OF: ReadonlyMap<string, number> = new Map(Object.entries(COSTS));

/**
 * Tokens that a request costs.
 *
 * @param limit the rows that it asks for on a page, as it says; anything else counts as the usual page
 */
export function costOf(operation: OperationId, limit: unknown): number {
  const cost = COST_OF.get(operation) ?? 1;
  const rows = typeof limit === 'string' ? Number(limit) : 0;
  return rows > ROWS_A_COST && rows <= MOST_ROWS ? cost * Math.ceil(rows / ROWS_A_COST) : cost;
}
