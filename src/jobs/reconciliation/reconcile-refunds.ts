import type { OrderCommand } from '../../domain/commands.ts';
import type { Engine } from '../../engine/engine.ts';
import type { GatewayRefund } from '../../payments/payment-gateway.ts';
import {
  compareRefunds,
  type OurRefund,
  type RefundDifference as Difference,
} from '../../payments/reconciliation/refunds.ts';
import { refundIdIn } from '../../payments/references.ts';
import { openRefundsAfter, refundsAfter, refundsById } from '../../queries/money/our-refunds.ts';
import { attemptRepair } from './attempt-repair.ts';
import { readOurs, readTheirs } from './books.ts';
import { inquireAboutRefunds } from './inquiries.ts';
import { RECONCILE_ACTOR, type Compared, type ReconcileOptions } from './compared.ts';

/**
 * Compares every refund with the gateway's own books and, given an engine, settles those that the gateway paid without
 * our knowing. Our side is read first: what we call paid by then must be in the books that are read afterwards.
 *
 * @throws StartError when the gateway does not give its books
 */
export async function reconcileRefunds(options: ReconcileOptions): Promise<Compared<Difference>> {
  const { pool, gateway, engine, since = null } = options;
  const before = await readOurs(gateway.name, since, {
    all: (page) => refundsAfter(pool, page),
    open: (page, until) => openRefundsAfter(pool, page, until),
  });
  const theirs = await readTheirs(since, (page) => gateway.listRefunds(page));
  const ours = await broughtUpToDate(options, before, theirs);
  const differences = compareRefunds(ours, theirs);
  const repaired: Difference[] = [];
  const open: Difference[] = [];
  for (const difference of differences) {
    const isRepaired = engine && (await repair(engine, options, difference));
    (isRepaired ? repaired : open).push(difference);
  }
  // One that was declined there is settled by the answer; of one that is unknown there, its submitting job is the judge.
  const unknown = open.flatMap((each) => (each.kind === 'outcome_unknown' ? each.refund.id : []));
  if (engine) await inquireAboutRefunds(pool, unknown);
  return { ours: ours.length, theirs: theirs.length, repaired, open };
}

/** What the gateway has paid may have been written or settled here while its books were read: that is read again. */
async function broughtUpToDate(
  { pool, gateway }: ReconcileOptions,
  before: readonly OurRefund[],
  theirs: readonly GatewayRefund[],
): Promise<OurRefund[]> {
  const settled = new Set(before.filter(({ state }) => state === 'SUCCEEDED').map(({ id }) => id));
  const paid = theirs.filter(({ status }) => status === 'succeeded');
  const ids = paid.flatMap(({ reference }) => refundIdIn(reference) ?? []).filter((id) => !settled.has(id));
  if (ids.length === 0) return [...before];
  const now = new Map((await refundsById(pool, gateway.name, ids)).map((refund) => [refund.id, refund]));
  const known = new Set(before.map(({ id }) => id));
  // The id in another installation's reference may be that of a refund here.
  const references = new Set(paid.map(({ reference }) => reference));
  const newer = [...now.values()].filter(({ id, ourReference }) => !known.has(id) && references.has(ourReference));
  return [...before.map((refund) => now.get(refund.id) ?? refund), ...newer];
}

async function repair(engine: Engine, options: ReconcileOptions, difference: Difference): Promise<boolean> {
  switch (difference.kind) {
    case 'paid_but_open_here':
      return attemptRepair(options.logger, difference.refund, () => settleHere(engine, options, difference));
    case 'failed_there':
      return attemptRepair(options.logger, difference.refund, () => failHere(engine, options, difference));
    default:
      return false;
  }
}

/** Walks the refund to SUCCEEDED, from whatever state it is in. False: it moved meanwhile, and is not there yet. */
async function settleHere(
  engine: Engine,
  { pool, gateway }: ReconcileOptions,
  { refund, theirs }: Extract<Difference, { kind: 'paid_but_open_here' }>,
): Promise<boolean> {
  const refundId = refund.id;
  const reason = 'The gateway has paid it.';
  const steps: OrderCommand[] = [
    ...(refund.state === 'FAILED' ? [{ type: 'retry_refund', refundId, reason } as const] : []),
    ...(refund.state === 'SUBMITTED' ? [] : [{ type: 'submit_refund', refundId } as const]),
    { type: 'settle_refund', refundId, gatewayReference: theirs.gatewayReference },
  ];
  for (const command of steps) {
    const intent = { kind: 'change', target: { orderId: refund.orderId }, command } as const;
    const outcome = await engine.execute({ intent, actor: RECONCILE_ACTOR });
    // Refused: a worker was at it too, and may have come to the end first.
    if (outcome.kind !== 'done') return (await refundsById(pool, gateway.name, [refundId]))[0]?.state === 'SUCCEEDED';
  }
  return true;
}

/** False: it is SUCCEEDED still, by an attempt that came after. */
async function failHere(
  engine: Engine,
  { pool, gateway }: ReconcileOptions,
  { refund }: Extract<Difference, { kind: 'failed_there' }>,
): Promise<boolean> {
  const command: OrderCommand = {
    type: 'reverse_refund',
    refundId: refund.id,
    attempt: refund.attempt,
    failureCode: 'failed_at_gateway',
    failureMessage: 'The gateway had paid it, and its books say that it has failed since.',
  };
  const intent = { kind: 'change', target: { orderId: refund.orderId }, command } as const;
  const outcome = await engine.execute({ intent, actor: RECONCILE_ACTOR });
  // Refused: a worker heard of it too, and was first.
  if (outcome.kind !== 'done') return (await refundsById(pool, gateway.name, [refund.id]))[0]?.state !== 'SUCCEEDED';
  return true;
}
