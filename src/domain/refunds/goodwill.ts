import { inTurn, type Circumstances, type Consequence } from '../decision.ts';
import type { MoneyPolicy } from '../money/money-policy.ts';
import type { Order, Refund } from '../orders/order.ts';
import { issueCreditNote } from '../papers/credit-note-issue.ts';
import { sumOf } from '../pricing/share.ts';

/** At most this many refunds without goods of one order, whatever became of them: shipping may have to document them all. */
export const MOST_GOODWILL_REFUNDS = 100;

/** What a credit note gives as its reason where no other is at hand. */
export const GOODWILL = 'Goodwill';

/** Refunds that people asked for, without goods. */
export function goodwillOf({ refunds }: Pick<Order, 'refunds'>): Refund[] {
  return refunds.filter(({ cause }) => cause === 'goodwill');
}

/** Whether a second person decides. What nobody else has approved counts together, so that no limit is passed in parts. */
export function needsSecondPerson(order: Order, amountMinor: number, policy: MoneyPolicy): boolean {
  const { refundApprovalAboveMinor: limitMinor, currency } = policy;
  if (limitMinor === null) return false;
  if (order.currency !== currency) return true;
  const unapproved = goodwillOf(order).filter(({ state, isApproved }) => state !== 'REJECTED' && !isApproved);
  return sumOf(unapproved.map((refund) => refund.amountMinor)) + amountMinor > limitMinor;
}

/** The credit notes of refunds without goods, which are decided on; an order that has no invoice gets none. */
export function creditNotesOfGoodwill(
  sofar: Consequence,
  refunds: readonly Refund[],
  reason: string,
  circumstances: Circumstances,
): Consequence {
  return inTurn(sofar, refunds, (order, { id, amountMinor }) =>
    issueCreditNote(order, { refundId: id, goodwillMinor: amountMinor, reason }, circumstances),
  );
}

/** The same of all that was given back before there was an invoice. What waits for a second person has its own later. */
export function creditNotesOfEarlierGoodwill(invoiced: Consequence, circumstances: Circumstances): Consequence {
  const given = goodwillOf(invoiced.order).filter(({ state }) => state !== 'AWAITING_APPROVAL' && state !== 'REJECTED');
  return creditNotesOfGoodwill(invoiced, given, GOODWILL, circumstances);
}
