import type { GatewayPayment } from '../payment-gateway.ts';
import type { PaymentOutcome } from '../../domain/payments/payment-commands.ts';
import { differenceInMoney, standingOf, type OurPayment } from '../payment-standing.ts';
import { paymentIdIn } from '../references.ts';

/** A payment that goes through a gateway, as we have it. */
export interface ComparedPayment extends OurPayment {
  readonly orderId: number;
  /** Our name for it at the gateway. */
  readonly ourReference: string;
  readonly intent: 'capture' | 'void' | null;
  /** A step of it has been under way for so long that the gateway's answer should have come by any of its ways. */
  readonly isOverdue: boolean;
}

export type PaymentDifference<Ours extends ComparedPayment = ComparedPayment> =
  /** The gateway is further on, and we do not know: writing its outcome down repairs it. */
  | {
      readonly kind: 'ahead_there';
      readonly payment: Ours;
      readonly theirs: GatewayPayment;
      readonly outcome: PaymentOutcome;
    }
  /** The gateway says what cannot come after what we say: captured here and voided there, given up here and held there. */
  | { readonly kind: 'states_differ'; readonly payment: Ours; readonly theirs: GatewayPayment }
  /** We say that it was authorised or captured; the gateway has never heard of it. */
  | { readonly kind: 'not_at_the_gateway'; readonly payment: Ours }
  | { readonly kind: 'amounts_differ'; readonly payment: Ours; readonly theirs: GatewayPayment }
  /** Under one of our references, the gateway captured more than once. */
  | { readonly kind: 'paid_twice'; readonly payment: Ours; readonly theirs: readonly GatewayPayment[] }
  /** A step is under way here for long, and neither taken nor pending there. */
  | { readonly kind: 'outcome_unknown'; readonly payment: Ours }
  /** The gateway holds or has taken money that is no payment of ours. */
  | { readonly kind: 'unknown_here'; readonly theirs: GatewayPayment };

/** What differs between our payments and those of the gateway. */
export function comparePayments<Ours extends ComparedPayment>(
  ours: readonly Ours[],
  theirs: readonly GatewayPayment[],
): PaymentDifference<Ours>[] {
  const theirsByReference = Map.groupBy(theirs, ({ reference }) => reference);
  const known = new Set(ours.map(({ ourReference }) => ourReference));
  const unknown = theirs.filter((each) => isOfNobody(each, known));
  return [
    ...ours.flatMap((payment) => comparePayment(payment, theirsByReference.get(payment.ourReference) ?? []) ?? []),
    ...unknown.map((each): PaymentDifference<Ours> => ({ kind: 'unknown_here', theirs: each })),
  ];
}

/**
 * @param theirs all that the gateway has under its reference
 * @returns undefined: both sides agree, or wait for the same thing
 */
export function comparePayment<Ours extends ComparedPayment>(
  payment: Ours,
  theirs: readonly GatewayPayment[],
): PaymentDifference<Ours> | undefined {
  const captured = theirs.filter(({ status }) => status === 'captured');
  if (captured.length > 1) return { kind: 'paid_twice', payment, theirs: captured };
  const first = theirs.toSorted((a, b) => STANDING_FIRST.indexOf(a.status) - STANDING_FIRST.indexOf(b.status))[0];
  if (!first) return differenceOfAbsent(payment);
  const standing = standingOf(payment, first);
  const isOver = payment.state === 'FAILED' || payment.state === 'VOIDED';
  if (isOver && standing.kind === 'agrees') return undefined;
  if (differenceInMoney(first, payment) !== undefined) return { kind: 'amounts_differ', payment, theirs: first };
  switch (standing.kind) {
    case 'ahead':
      return { kind: 'ahead_there', payment, theirs: first, outcome: standing.outcome };
    case 'contradicts':
      return { kind: 'states_differ', payment, theirs: first };
    case 'agrees':
      return payment.isOverdue ? { kind: 'outcome_unknown', payment } : undefined;
    case 'pending':
      return undefined;
  }
}

/** One that was declined and then authorised counts as authorised. */
const STANDING_FIRST: readonly GatewayPayment['status'][] = ['captured', 'authorised', 'pending', 'voided', 'declined'];

function differenceOfAbsent<Ours extends ComparedPayment>(payment: Ours): PaymentDifference<Ours> | undefined {
  switch (payment.state) {
    case 'AUTHORISED':
    case 'CAPTURED':
    case 'LEFT_TO_EXPIRE':
      return { kind: 'not_at_the_gateway', payment };
    case 'PENDING':
      return payment.isOverdue ? { kind: 'outcome_unknown', payment } : undefined;
    case 'VOIDED':
    case 'FAILED':
      return undefined;
  }
}

/**
 * Money that was taken, whoever's it is; of what is only held, what bears a reference of our kind. The rest runs out by
 * itself: a customer is at the gateway's checkout still, or has left it.
 */
function isOfNobody({ reference, status }: GatewayPayment, known: ReadonlySet<string>): boolean {
  if (known.has(reference)) return false;
  return status === 'captured' || (status === 'authorised' && paymentIdIn(reference) !== undefined);
}
