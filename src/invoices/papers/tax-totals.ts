import type { Tax, TaxedAmount } from '../../domain/pricing/tax.ts';

/** An amount with its taxes, and the commodity that it is for. */
export interface TaxedPart extends TaxedAmount {
  readonly commodityCode: string | null;
}

/** What goods of one commodity, taxed in one way, come to. */
export interface TaxGroup extends TaxedPart {
  readonly taxMinor: number;
}

/** The parts of a document, added up by commodity and by the rates of their taxes, in the order of their first part. */
export function taxGroups(parts: readonly TaxedPart[]): TaxGroup[] {
  const groups = new Map<string, TaxGroup>();
  for (const part of parts) {
    const key = JSON.stringify([part.commodityCode, part.taxes.map(({ name, rateBp }) => [name, rateBp])]);
    groups.set(key, added(groups.get(key), part));
  }
  return [...groups.values()];
}

function added(group: TaxGroup | undefined, part: TaxedPart): TaxGroup {
  const { commodityCode, taxableMinor, taxes, totalMinor } = part;
  return {
    commodityCode,
    taxableMinor: taxableMinor + (group?.taxableMinor ?? 0),
    taxes: taxes.map((tax, index) => ({
      ...tax,
      amountMinor: tax.amountMinor + (group?.taxes[index]?.amountMinor ?? 0),
    })),
    totalMinor: totalMinor + (group?.totalMinor ?? 0),
    taxMinor: taxes.reduce((sum, { amountMinor }) => sum + amountMinor, group?.taxMinor ?? 0),
  };
}

/** What each tax comes to in all; `rateBp` is null where it was charged at several rates. */
export interface TaxTotal {
  readonly name: string;
  readonly rateBp: number | null;
  readonly amountMinor: number;
}

/** By name, in the order of their first mention. */
export function taxTotals(parts: readonly { readonly taxes: readonly Tax[] }[]): TaxTotal[] {
  const totals = new Map<string, TaxTotal>();
  for (const { name, rateBp, amountMinor } of parts.flatMap(({ taxes }) => taxes)) {
    const total = totals.get(name);
    totals.set(name, {
      name,
      rateBp: total === undefined || total.rateBp === rateBp ? rateBp : null,
      amountMinor: amountMinor + (total?.amountMinor ?? 0),
    });
  }
  return [...totals.values()];
}
