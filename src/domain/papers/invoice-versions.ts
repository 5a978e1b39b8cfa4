import type { InvoiceSnapshot, InvoiceSnapshotV2 } from './invoice.ts';

/** An invoice in the newest form; what was issued before there were taxes says so in it. */
export function inVersion2(snapshot: InvoiceSnapshot): InvoiceSnapshotV2 {
  if (snapshot.version === 2) return snapshot;
  const { lines, totalMinor } = snapshot;
  return {
    ...snapshot,
    version: 2,
    seller: { ...snapshot.seller, region: null, countryCode: null },
    billTo: null,
    shipTo: null,
    placeOfSupply: null,
    pricesIncludeTax: false,
    lines: lines.map((line) => ({
      ...line,
      discountMinor: 0,
      orderDiscountMinor: 0,
      taxableMinor: line.amountMinor,
      taxes: [],
      totalMinor: line.amountMinor,
      commodityCode: null,
    })),
    shipping: null,
    roundingMinor: 0,
    taxableMinor: totalMinor,
    taxMinor: 0,
  };
}
