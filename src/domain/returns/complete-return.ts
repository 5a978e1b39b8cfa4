import type { AcceptedUnits, MoveReturn } from '../commands.ts';
import {
  accepted,
  inTurn,
  refused,
  type Circumstances,
  type Decision,
  type Refused,
  type Transition,
} from '../decision.ts';
import { returnLifecycle, stateAfter } from '../lifecycles.ts';
import { withPart, type Order, type Return, type ReturnItem, type SeenOrder } from '../orders/order.ts';
import { issueCreditNote } from '../papers/credit-note-issue.ts';
import { sumOf } from '../pricing/share.ts';
import { createRefunds } from '../refunds/create-refunds.ts';
import { creditOfReturn, dueMinorOf, type ReturnCredit } from '../refunds/return-credit.ts';
import { illegalMove, namedTwice } from './return-refusals.ts';
import { countReturned, notAccepted } from './returned-units.ts';

/** What is said when a return is completed. */
export type Completion = Pick<MoveReturn, 'accepted' | 'deductions'>;

/**
 * Completes a return: the units that are accepted are refunded, and the sale of them taken back; the others stay sold,
 * and can be asked back again.
 *
 * @param part as the order has it yet
 * @param transition what goes on record of it
 */
export function completeReturn(
  order: Order,
  part: Return,
  completion: Completion,
  transition: Transition,
  circumstances: Circumstances,
): Decision {
  const problem = problemWithCompletion(order, part, completion);
  if (problem) return problem;
  const completed: Return = {
    ...part,
    state: 'COMPLETED',
    updatedAt: circumstances.now,
    items: acceptedItems(part, completion),
  };
  const credit = creditOfReturn(order, completed, completion.deductions);
  if (credit.awaitedRefundIds.length > 0) return awaitsDecision(credit);
  const changed: Order = { ...order, returns: withPart(order.returns, completed) };
  const freed = countReturned(changed, notAccepted(completed), -1);
  // Nothing was accepted: nothing is owed for it, and no sale is taken back.
  if (credit.lines.length === 0) return accepted(freed, circumstances, part.id, { transitions: [transition] });

  const origin = { cause: 'return', returnId: part.id, reason: `Return ${part.id} was completed.` } as const;
  const refunded = createRefunds(freed, credit.totalMinor, origin, circumstances);
  const occasion = { returnId: part.id, credit, reason: part.reason };
  const credited = inTurn(refunded, [occasion], (sofar, each) => issueCreditNote(sofar, each, circumstances));
  return accepted(credited.order, circumstances, part.id, {
    transitions: [transition, ...credited.transitions],
    jobs: credited.jobs,
  });
}

/**
 * Why the return cannot be completed like that; undefined: it can, unless what it refunds hangs on refunds that await
 * approval, which its credit names.
 */
export function problemWithCompletion(order: SeenOrder, part: Return, completion: Completion): Refused | undefined {
  if (stateAfter(returnLifecycle, part.state, 'complete') === undefined) return illegalMove(part, 'complete');
  const problem = problemWithAccepted(part, completion.accepted ?? []);
  if (problem) return problem;
  const dueMinor = dueMinorOf(creditOfReturn(order, { items: acceptedItems(part, completion) }));
  const keptMinor = sumOf((completion.deductions ?? []).map(({ amountMinor }) => amountMinor));
  if (keptMinor <= dueMinor) return undefined;
  return refused(
    'return.deductions_exceed_due',
    `The return is worth ${dueMinor}; ${keptMinor} kept back is more than that.`,
    { field: 'deductions', deductions_minor: keptMinor, due_minor: dueMinor },
  );
}

/** The items of the return once it is completed like that. A line that is not named is accepted whole. */
export function acceptedItems({ items }: Return, { accepted: units = [] }: Completion): ReturnItem[] {
  const acceptedById = new Map(units.map(({ orderItemId, quantity }) => [orderItemId, quantity]));
  return items.map((item) => ({ ...item, acceptedQuantity: acceptedById.get(item.orderItemId) ?? item.quantity }));
}

function problemWithAccepted({ id, items }: Return, units: readonly AcceptedUnits[]): Refused | undefined {
  const requestedById = new Map(items.map(({ orderItemId, quantity }) => [orderItemId, quantity]));
  const named = new Set<number>();
  for (const [index, { orderItemId, quantity }] of units.entries()) {
    const field = `accepted[${index}]`;
    const requested = requestedById.get(orderItemId);
    if (requested === undefined) {
      return refused('return.item_not_in_return', `Return ${id} has no unit of line item ${orderItemId}.`, {
        field: `${field}.order_item_id`,
        order_item_id: orderItemId,
      });
    }
    if (named.has(orderItemId)) return namedTwice(field, orderItemId);
    named.add(orderItemId);
    if (quantity > requested) {
      return refused(
        'return.quantity_exceeds_requested',
        `Return ${id} has ${requested} of line item ${orderItemId}; ${quantity} cannot be accepted of it.`,
        { field: `${field}.quantity`, order_item_id: orderItemId, accepted: quantity, requested },
      );
    }
  }
  return undefined;
}

/** Whoever decides meanwhile decides what was given back before, and the credit note says that for good. */
function awaitsDecision({ awaitedRefundIds, totalMinor }: ReturnCredit): Refused {
  const detail = `What is refunded, ${totalMinor} or less, hangs on refund ${awaitedRefundIds.join(', ')}: have it approved or rejected first.`;
  return refused('refund.awaits_approval', detail, { refund_ids: awaitedRefundIds });
}
