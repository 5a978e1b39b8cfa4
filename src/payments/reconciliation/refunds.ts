import type { RefundState } from '../../domain/lifecycles.ts';
import type { GatewayRefund } from '../payment-gateway.ts';

/** A refund as we have it. */
export interface OurRefund {
  readonly id: number;
  readonly orderId: number;
  /** Our name for it at the gateway. */
  readonly ourReference: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly state: RefundState;
  /** Grows when a person sends it again. */
  readonly attempt: number;
  /** The gateway's own name for the one that it paid; null: it has paid none. */
  readonly gatewayReference: string | null;
  /** A person has recorded that the shop paid it some other way, once the gateway had declined it. */
  readonly isPaidElsewhere: boolean;
  /** Under way for so long that the gateway's answer should have come by any of its ways. */
  readonly isOverdue: boolean;
}

export type RefundDifference =
  /** The gateway paid it and we do not know: settling it here repairs it. */
  | { readonly kind: 'paid_but_open_here'; readonly refund: OurRefund; readonly theirs: GatewayRefund }
  /** The gateway had paid it, and it has failed there since: failing it here as well lets it be paid anew. */
  | { readonly kind: 'failed_there'; readonly refund: OurRefund; readonly theirs: GatewayRefund }
  /** We say that it was paid; the gateway has never heard of it. */
  | { readonly kind: 'not_at_the_gateway'; readonly refund: OurRefund }
  | { readonly kind: 'amounts_differ'; readonly refund: OurRefund; readonly theirs: GatewayRefund }
  /** Under one of our references, the gateway paid more than once; or once, and the shop elsewhere as well. */
  | { readonly kind: 'paid_twice'; readonly refund: OurRefund; readonly theirs: readonly GatewayRefund[] }
  /** Under way here for long, and neither paid nor pending there: a person must look, for it is never sent blindly. */
  | { readonly kind: 'outcome_unknown'; readonly refund: OurRefund }
  /** The gateway paid under a reference that is no refund of ours: after a restore, one that was written since. */
  | { readonly kind: 'unknown_here'; readonly theirs: GatewayRefund };

/**
 * What differs between our refunds and the payments that the gateway made. Those that wait for the gateway on both sides
 * agree.
 */
export function compareRefunds(ours: readonly OurRefund[], theirs: readonly GatewayRefund[]): RefundDifference[] {
  const theirsByReference = Map.groupBy(theirs, ({ reference }) => reference);
  const known = new Set(ours.map(({ ourReference }) => ourReference));
  const unknown = theirs.filter(({ status, reference }) => status === 'succeeded' && !known.has(reference));
  return [
    ...ours.flatMap((refund) => compareOne(refund, theirsByReference.get(refund.ourReference) ?? [])),
    ...unknown.map((each): RefundDifference => ({ kind: 'unknown_here', theirs: each })),
  ];
}

/** @param theirs what the gateway has under the refund's reference: one entry for each attempt that it took on */
function compareOne(refund: OurRefund, theirs: readonly GatewayRefund[]): RefundDifference[] {
  const paid = theirs.filter(({ status }) => status === 'succeeded');
  const [first, ...more] = paid;
  if (!first) return compareUnpaid(refund, theirs);
  if (more.length > 0 || refund.isPaidElsewhere) return [{ kind: 'paid_twice', refund, theirs: paid }];
  if (first.amountMinor !== refund.amountMinor || first.currency !== refund.currency) {
    return [{ kind: 'amounts_differ', refund, theirs: first }];
  }
  return refund.state === 'SUCCEEDED' ? [] : [{ kind: 'paid_but_open_here', refund, theirs: first }];
}

function compareUnpaid(refund: OurRefund, theirs: readonly GatewayRefund[]): RefundDifference[] {
  const { state, amountMinor, isPaidElsewhere, isOverdue, gatewayReference } = refund;
  // A refund of nothing is settled without the gateway.
  if (state === 'SUCCEEDED' && amountMinor > 0 && !isPaidElsewhere) {
    const failed = theirs.find((each) => each.status === 'declined' && each.gatewayReference === gatewayReference);
    return [failed ? { kind: 'failed_there', refund, theirs: failed } : { kind: 'not_at_the_gateway', refund }];
  }
  const isPending = theirs.some(({ status }) => status === 'pending');
  return isOverdue && !isPending ? [{ kind: 'outcome_unknown', refund }] : [];
}
