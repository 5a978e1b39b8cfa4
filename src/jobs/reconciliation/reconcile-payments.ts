import type { Pool } from 'pg';
import type { Engine } from '../../engine/engine.ts';
import type { GatewayPayment } from '../../payments/payment-gateway.ts';
import { inquiryOf } from '../../payments/payment-inquiry.ts';
import { standingOf } from '../../payments/payment-standing.ts';
import {
  comparePayment,
  comparePayments,
  type PaymentDifference as DifferenceOf,
} from '../../payments/reconciliation/payments.ts';
import { paymentIdIn } from '../../payments/references.ts';
import {
  openPaymentsAfter,
  paymentsAfter,
  paymentsById,
  type PaymentOfOurs,
} from '../../queries/money/our-payments.ts';
import { attemptRepair } from './attempt-repair.ts';
import { readOurs, readTheirs } from './books.ts';
import { inquireAboutPayments } from './inquiries.ts';
import { RECONCILE_ACTOR, type Compared, type ReconcileOptions } from './compared.ts';

type Difference = DifferenceOf<PaymentOfOurs>;
type Ahead = Extract<Difference, { kind: 'ahead_there' }>;

/** Looked at again one by one; what differs beyond that is told as it was seen first. */
const MOST_LOOKED_AT_AGAIN = 1_000;

/**
 * Compares every payment through the gateway with its books and, given an engine, writes down what it has done without
 * our knowing. Our side is read first: what we call authorised by then must be in the books that are read afterwards.
 * Workers move payments meanwhile, so each difference is looked at again by itself.
 *
 * @throws StartError when the gateway does not give its books
 */
export async function reconcilePayments(options: ReconcileOptions): Promise<Compared<Difference>> {
  const { pool, gateway, engine, logger, since = null } = options;
  const before = await readOurs(gateway.name, since, {
    all: (page) => paymentsAfter(pool, page),
    open: (page, until) => openPaymentsAfter(pool, page, until),
  });
  const theirs = await readTheirs(since, (page) => gateway.listPayments(page));
  const ours = [...before, ...(await writtenMeanwhile(options, before, theirs))];
  const repaired: Difference[] = [];
  const open: Difference[] = [];
  for (const [index, seen] of comparePayments(ours, theirs).entries()) {
    const difference = index < MOST_LOOKED_AT_AGAIN ? await lookedAtAgain(options, seen) : seen;
    if (!difference) continue;
    const isSettled =
      engine &&
      difference.kind === 'ahead_there' &&
      (await attemptRepair(logger, difference.payment, () => settleHere(pool, engine, options, difference)));
    (isSettled ? repaired : open).push(difference);
  }
  // The step's own job asks before it sends: where it is dead, it is begun anew.
  const unknown = open.flatMap((each) => (each.kind === 'outcome_unknown' ? each.payment.id : []));
  if (engine) await inquireAboutPayments(pool, unknown);
  return { ours: ours.length, theirs: theirs.length, repaired, open };
}

/** Payments of the books that were not there, or not of the time, when ours were read. */
async function writtenMeanwhile(
  { pool, gateway }: ReconcileOptions,
  before: readonly PaymentOfOurs[],
  theirs: readonly GatewayPayment[],
): Promise<PaymentOfOurs[]> {
  const known = new Set(before.map(({ id }) => id));
  const ids = theirs.flatMap(({ reference }) => paymentIdIn(reference) ?? []).filter((id) => !known.has(id));
  if (ids.length === 0) return [];
  const references = new Set(theirs.map(({ reference }) => reference));
  // The id in another installation's reference may be that of a payment here.
  return (await paymentsById(pool, gateway.name, ids)).filter(({ ourReference }) => references.has(ourReference));
}

/** Undefined: both sides agree by now, or ours has moved while the gateway was asked, and the next comparison sees it. */
async function lookedAtAgain(
  { pool, gateway }: ReconcileOptions,
  difference: Difference,
): Promise<Difference | undefined> {
  if (difference.kind === 'unknown_here' || difference.kind === 'paid_twice') return difference;
  const { payment } = difference;
  const lookup = await gateway.findPayment(inquiryOf(payment));
  const [now] = await paymentsById(pool, gateway.name, [payment.id]);
  if (now?.state !== payment.state) return undefined;
  if (lookup.kind === 'unknown') return difference;
  return comparePayment(now, lookup.kind === 'found' ? [lookup.payment] : []);
}

/** False: it moved meanwhile, and is not there yet. */
async function settleHere(
  pool: Pool,
  engine: Engine,
  { gateway }: ReconcileOptions,
  { payment, theirs, outcome: command }: Ahead,
): Promise<boolean> {
  const intent = { kind: 'change', target: { orderId: payment.orderId }, command } as const;
  const outcome = await engine.execute({ intent, actor: RECONCILE_ACTOR });
  if (outcome.kind === 'done') return true;
  // Refused: a worker was at it too, and may have come to the end first.
  const [now] = await paymentsById(pool, gateway.name, [payment.id]);
  return now !== undefined && standingOf(now, theirs).kind === 'agrees';
}
