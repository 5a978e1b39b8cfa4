import { decimalOf, exponentOf } from '../wording/money-format.ts';
import { element, type Element } from './xml.ts';

/** `1234.50`, without sign of the currency or grouping. */
export function decimalText(amountMinor: number, currency: string): string {
  // Of a currency without decimals `decimalOf` leaves the point at the end.
  return decimalOf(amountMinor, exponentOf(currency)).replace(/\.$/, '');
}

export function amount(name: string, amountMinor: number, currency: string): Element {
  return element(name, decimalText(amountMinor, currency), { currencyID: currency });
}

/** Basis points as a percentage: 1250 is `12.5`. */
export function percentText(rateBp: number): string {
  return String(Number(decimalOf(rateBp, 2)));
}
