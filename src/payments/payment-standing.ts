import type { PaymentState } from '../domain/lifecycles.ts';
import { capturableMinor } from '../domain/payments/balances.ts';
import type { PaymentOutcome } from '../domain/payments/payment-commands.ts';
import { moneyDiffers } from './agreement.ts';
import type { GatewayPayment } from './payment-gateway.ts';

/** A payment as we have it, as far as a gateway has a say in it. */
export interface OurPayment {
  readonly id: number;
  readonly state: PaymentState;
  readonly amountMinor: number;
  readonly captureMinor: number | null;
  readonly currency: string;
}

/** How the gateway's record of a payment stands to ours. */
export type Standing =
  | { readonly kind: 'agrees' }
  /** The gateway has it under way. */
  | { readonly kind: 'pending' }
  /** The gateway is further on, and this is to be written down. */
  | { readonly kind: 'ahead'; readonly outcome: PaymentOutcome }
  /** The gateway says what cannot come after what we say. */
  | { readonly kind: 'contradicts' };

/** @param theirs under our reference, and of the same money */
export function standingOf(ours: OurPayment, theirs: GatewayPayment): Standing {
  const { id: paymentId, state } = ours;
  switch (theirs.status) {
    case 'captured': {
      const { gatewayReference } = theirs;
      return state === 'CAPTURED' ? AGREES : ahead({ type: 'capture_payment', paymentId, gatewayReference });
    }
    case 'authorised':
      if (state === 'AUTHORISED' || state === 'LEFT_TO_EXPIRE') return AGREES;
      return state === 'PENDING'
        ? ahead({ type: 'authorise_payment', paymentId, gatewayReference: theirs.gatewayReference })
        : CONTRADICTS;
    case 'voided':
    case 'declined':
      return standingOfEnded(ours, theirs);
    case 'pending':
      return state === 'PENDING' || state === 'AUTHORISED' ? { kind: 'pending' } : CONTRADICTS;
  }
}

const AGREES = { kind: 'agrees' } as const;
const CONTRADICTS = { kind: 'contradicts' } as const;

function ahead(outcome: PaymentOutcome): Standing {
  return { kind: 'ahead', outcome };
}

/** Nothing is held there any more. */
function standingOfEnded({ id: paymentId, state }: OurPayment, { status, declineCode }: GatewayPayment): Standing {
  switch (state) {
    case 'VOIDED':
    case 'FAILED':
      return AGREES;
    case 'LEFT_TO_EXPIRE':
      return ahead({ type: 'void_payment', paymentId });
    case 'CAPTURED':
      return CONTRADICTS;
    case 'PENDING':
    case 'AUTHORISED': {
      if (status === 'declined') return ahead(failed(paymentId, declineCode ?? 'declined', 'has declined it'));
      return ahead(
        state === 'PENDING' ? failed(paymentId, 'voided', 'has given it up') : { type: 'void_payment', paymentId },
      );
    }
  }
}

function failed(paymentId: number, failureCode: string, what: string): PaymentOutcome {
  return { type: 'fail_payment', paymentId, failureCode, failureMessage: `The gateway ${what}.` };
}

/** Why the money is not the same on both sides, in a sentence; undefined: it is. */
export function differenceInMoney(theirs: GatewayPayment, ours: OurPayment): string | undefined {
  const authorised = moneyDiffers(theirs, ours, theirs.reference);
  if (authorised || theirs.status !== 'captured') return authorised?.reason;
  const { currency } = ours;
  const toCapture = { amountMinor: capturableMinor(ours), currency };
  return moneyDiffers({ amountMinor: theirs.capturedMinor, currency }, toCapture, theirs.reference)?.reason;
}
