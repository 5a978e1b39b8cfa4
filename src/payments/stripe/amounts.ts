import type { Settled } from '../payment-gateway.ts';

/** Currencies whose smallest unit is another at Stripe than in ISO 4217: an amount would be a hundred times off. */
const OTHER_UNITS = new Set(['ISK', 'UGX', 'MGA']);

/** Currencies of three decimals: Stripe takes amounts whose last digit is 0 alone. */
const OF_TENS = new Set(['BHD', 'JOD', 'KWD', 'OMR', 'TND']);

/** What Stripe cannot move, going by docs.stripe.com/currencies, is declined before it is sent; undefined: it can. */
export function refusedAmount({
  amountMinor,
  currency,
}: {
  readonly amountMinor: number;
  readonly currency: string;
}): Extract<Settled, { kind: 'declined' }> | undefined {
  if (OTHER_UNITS.has(currency)) {
    const message = `Stripe counts ${currency} in other units than ISO 4217.`;
    return { kind: 'declined', code: 'currency_not_supported', message };
  }
  if (OF_TENS.has(currency) && amountMinor % 10 !== 0) {
    const message = `Stripe moves ${currency} in tens of its smallest unit, and not ${amountMinor} of them.`;
    return { kind: 'declined', code: 'amount_not_supported', message };
  }
  return undefined;
}
