import type { Tax } from '../../domain/pricing/tax.ts';
import { taxTotals } from '../papers/tax-totals.ts';
import { decimalText } from './amounts.ts';

/**
 * The taxes by name, `CGST: 90.00; SGST: 90.00`, because EN 16931 knows of one tax at one rate alone and would lose which
 * part goes to whom. Null: there is at most one tax, and nothing to tell apart.
 */
export function taxNote(parts: readonly { readonly taxes: readonly Tax[] }[], currency: string): string | null {
  const totals = taxTotals(parts);
  if (totals.length < 2) return null;
  return totals.map(({ name, amountMinor }) => `${name}: ${decimalText(amountMinor, currency)}`).join('; ');
}
