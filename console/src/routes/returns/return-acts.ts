import type { RefundDue, Return, ReturnEvent } from '../../api/types.ts';
import type { Act } from '../orders/consequences.ts';

const quick = { asks: false, dangerous: false, reason: 'none' } as const;

/** What is known of the return that an act is about. */
interface Subject {
  readonly orderNumber?: string;
  /** The sum that completing it gives back, in words. */
  readonly refund?: string;
}

/** What an act says of one return: its refund is what the API says is due, which is less or more than its goods cost. */
export function subjectOf(
  { order_number: orderNumber, refund_due: due, currency }: Return,
  money: (minor: number, currency: string) => string,
): Subject {
  // Left out where the return was read in a list.
  if (due === undefined) return { orderNumber };
  return { orderNumber, refund: refundWords(due, currency, money) };
}

/** The sum that goes back. */
export function refundWords(
  due: RefundDue | null,
  currency: string,
  money: (minor: number, currency: string) => string,
): string {
  const minor = due?.total_minor ?? 0;
  return minor === 0 ? 'Nothing' : money(minor, currency);
}

/** How an event of a return is put to a person. Which ones there are, says the API. */
export function returnActOf(event: ReturnEvent, { orderNumber, refund = 'What is due' }: Subject = {}): Act {
  switch (event) {
    case 'approve':
      return { ...quick, name: 'Approve', consequence: 'The customer may send it back.' };
    case 'reject':
      return {
        asks: true,
        dangerous: true,
        reason: 'required',
        name: 'Reject',
        consequence: `The return${orderNumber === undefined ? '' : ` of order ${orderNumber}`} is turned down for good. Its units can be asked back again in another return.`,
      };
    case 'dispatch':
      return { ...quick, name: 'Mark on its way', consequence: 'The parcel is on its way to the warehouse.' };
    case 'receive':
      return { ...quick, name: 'Receive', consequence: 'The parcel is in the warehouse.' };
    case 'complete':
      return {
        asks: true,
        dangerous: false,
        reason: 'none',
        name: 'Complete and refund',
        consequence: `${refund} goes back to the customer through the payment gateway. This cannot be taken back.`,
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
