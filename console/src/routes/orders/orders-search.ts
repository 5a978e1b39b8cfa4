import type { OrderState } from '../../api/types.ts';
import { isDay } from '../../format/days.ts';

/** The filters of the list of orders, as they are in the address. Days are whole ones of the shop's time zone. */
export interface OrdersSearch {
  readonly q?: string;
  readonly state?: OrderState;
  readonly customer?: string;
  readonly sku?: string;
  readonly from?: string;
  readonly to?: string;
}

/** Reads what it knows, and leaves out what it doesn't: an address may be old, or typed. */
export function readOrdersSearch(given: Readonly<Record<string, unknown>>): OrdersSearch {
  // The router takes a value that looks like a number for one.
  const text = (name: string): string | undefined => {
    const value = given[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) || undefined : undefined;
  };
  const day = (name: string) => {
    const value = text(name);
    return value !== undefined && isDay(value) ? value : undefined;
  };
  const search = {
    q: text('q'),
    // A state that there is none of gets the API's own answer, which names it.
    state: text('state') as OrderState | undefined,
    customer: text('customer'),
    sku: text('sku'),
    from: day('from'),
    to: day('to'),
  };
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined));
}
