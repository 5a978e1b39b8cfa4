import type { Order, OrderEvent, OrderSummary } from '../../api/types.ts';

export interface Act {
  /** What the button says. */
  readonly name: string;
  /** What will have happened, for the person who decides. */
  readonly consequence: string;
  /** Done at once, or only after the consequence was read. */
  readonly asks: boolean;
  readonly dangerous: boolean;
  readonly reason: 'none' | 'optional' | 'required';
}

const quick = { asks: false, dangerous: false, reason: 'none' } as const;

/** How an event is put to a person. Which ones there are, says the API: one that is not known here still has a button. */
export function actOf(event: OrderEvent, order?: OrderSummary | Order): Act {
  const email = order?.customer_email;
  switch (event) {
    case 'pay':
      return {
        ...quick,
        asks: true,
        name: 'Record payment',
        consequence: 'The order counts as paid in full. This cannot be taken back; cancelling it refunds the payment.',
      };
    case 'process':
      return { ...quick, name: 'Send to warehouse', consequence: 'The order goes to the warehouse, to be packed.' };
    case 'ship':
      return {
        ...quick,
        asks: true,
        name: 'Ship',
        consequence:
          'The parcel counts as handed over and the invoice is issued, with a number that stays' +
          (email === null ? '.' : `; it is e-mailed to ${email ?? 'the customer'}.`) +
          ' This cannot be taken back.',
      };
    case 'deliver':
      return {
        ...quick,
        name: 'Mark delivered',
        consequence: 'The customer has it; from now on it can be returned.',
      };
    case 'cancel':
      return {
        asks: true,
        dangerous: true,
        reason: 'optional',
        name: 'Cancel order',
        consequence:
          order?.state === 'PENDING_PAYMENT'
            ? 'The order is closed for good. Nothing was paid, so nothing is refunded.'
            : 'The order is closed for good, and what was paid goes back to the customer.',
      };
    default:
      return unknownAct(event);
  }
}

function unknownAct(event: string): Act {
  return {
    name: event.charAt(0).toUpperCase() + event.slice(1).replaceAll('_', ' '),
    consequence: 'This may not be possible to take back.',
    asks: true,
    dangerous: false,
    reason: 'optional',
  };
}
