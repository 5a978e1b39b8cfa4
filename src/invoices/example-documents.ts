import fc from 'fast-check';
import type { CreditNoteSnapshot } from '../domain/papers/credit-note.ts';
import type { InvoiceSnapshotV2 } from '../domain/papers/invoice.ts';
import { taxed, taxMinorOf, type TaxRate } from '../domain/pricing/tax.ts';
import { pricedLineOf, pricedWith, PRICED_SAMPLE } from './sample-priced.ts';

/** For tests: invoices and credit notes of any prices, taxes and discounts, whose sums agree. */
export const anyTexts: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ minLength: 1, maxLength: 60 }),
  fc.constantFrom(']]><!--', '<a href="javascript:alert(1)">&amp;', '&#0;&xxe;', '\u0000', 'A'.repeat(300)),
);

const anyRates: fc.Arbitrary<readonly TaxRate[]> = fc.constantFrom<readonly TaxRate[]>(
  [],
  [{ name: 'VAT', rateBp: 2000 }],
  [{ name: 'IGST', rateBp: 1800 }],
  [{ name: 'VAT', rateBp: 0 }],
  [
    { name: 'CGST', rateBp: 250 },
    { name: 'SGST', rateBp: 250 },
  ],
  [
    { name: 'CGST', rateBp: 1400 },
    { name: 'SGST', rateBp: 1400 },
    { name: 'Cess', rateBp: 1233 },
  ],
);

const anyLine = fc.record({
  quantity: fc.integer({ min: 1, max: 60 }),
  unitPriceMinor: fc.nat({ max: 5_000_000 }),
  discountPart: fc.double({ min: 0, max: 1, noNaN: true }),
  orderDiscountPart: fc.double({ min: 0, max: 0.5, noNaN: true }),
  rates: anyRates,
  commodityCode: fc.constantFrom(null, '6109', '62014010'),
  title: anyTexts,
  sku: anyTexts,
});

const BUYER = {
  postalCode: '570001',
  region: 'KA',
  countryCode: 'IN',
  taxId: '29AAACR5055K1Z6',
};

/** Of any length that an order may name one in. */
const anyParty = fc
  .record({ name: anyTexts, addressLines: fc.array(anyTextOf(200), { maxLength: 6 }), city: fc.option(anyTextOf(100)) })
  .map((facts) => ({ ...BUYER, ...facts }));

function anyTextOf(maxLength: number): fc.Arbitrary<string> {
  return fc.oneof(anyTexts, fc.string({ minLength: maxLength, maxLength }));
}

export const anyInvoice: fc.Arbitrary<InvoiceSnapshotV2> = fc
  .record({
    lines: fc.array(anyLine, { minLength: 1, maxLength: 8 }),
    pricesIncludeTax: fc.boolean(),
    shipping: fc.option(fc.record({ amountMinor: fc.nat({ max: 100_000 }), rates: anyRates })),
    roundingMinor: fc.integer({ min: -50, max: 50 }),
    currency: fc.constantFrom('INR', 'GBP', 'JPY', 'KWD', 'HUF'),
    locale: fc.constantFrom('en-IN', 'de-CH', 'fr-FR', 'ar-EG'),
    taxId: fc.constantFrom(null, '29ABCDE1234F1Z5'),
    countryCode: fc.constantFrom('IN', 'GB', null),
    billTo: fc.option(anyParty),
    shipTo: fc.option(anyParty),
    placeOfSupply: fc.option(anyTexts),
  })
  .map(({ lines, shipping, taxId, countryCode, ...facts }) => {
    const { pricesIncludeTax: includesTax } = facts;
    return pricedWith(
      lines.map(({ discountPart, orderDiscountPart, ...line }, index) => {
        const amountMinor = line.quantity * line.unitPriceMinor;
        const discountMinor = Math.floor(amountMinor * discountPart);
        const orderDiscountMinor = Math.floor((amountMinor - discountMinor) * orderDiscountPart);
        return pricedLineOf(index + 1, { ...line, includesTax, discountMinor, orderDiscountMinor });
      }),
      {
        ...facts,
        seller: { ...PRICED_SAMPLE.seller, taxId, countryCode },
        shipping: shipping && {
          amountMinor: shipping.amountMinor,
          commodityCode: null,
          ...taxed(shipping.amountMinor, shipping.rates, includesTax),
        },
      },
    );
  });

export const anyCreditNote: fc.Arbitrary<CreditNoteSnapshot> = fc
  .record({
    invoice: anyInvoice,
    linesTaken: fc.nat({ max: 8 }),
    goodwillMinor: fc.nat({ max: 10_000 }),
    fees: fc.array(
      fc.record({
        kind: fc.constant('restocking_fee' as const),
        description: anyTexts,
        amountMinor: fc.nat({ max: 500 }),
      }),
      { maxLength: 10 },
    ),
    reason: anyTexts,
  })
  .map(({ invoice, linesTaken, goodwillMinor, fees, reason }) =>
    creditNoteOf(invoice, {
      linesTaken,
      goodwillMinor: linesTaken === 0 ? goodwillMinor + 1 : goodwillMinor,
      fees,
      reason,
    }),
  );

interface CreditFacts {
  readonly linesTaken: number;
  readonly goodwillMinor: number;
  readonly fees: CreditNoteSnapshot['deductions'];
  readonly reason: string;
}

function creditNoteOf(
  invoice: InvoiceSnapshotV2,
  { linesTaken, goodwillMinor, fees, reason }: CreditFacts,
): CreditNoteSnapshot {
  const { number, issuedAt, seller, customer, order, timezone, locale, currency, shipping, pricesIncludeTax } = invoice;
  const { billTo, shipTo, placeOfSupply, roundingMinor } = invoice;
  const lines = invoice.lines
    .slice(0, linesTaken)
    .map(({ orderDiscountMinor, ...line }) => ({ ...line, discountMinor: line.discountMinor + orderDiscountMinor }));
  const parts = shipping ? [...lines, shipping] : lines;
  const sum = (amounts: readonly number[]) => amounts.reduce((total, each) => total + each, 0);
  const feesMinor = sum(fees.map(({ amountMinor }) => amountMinor));
  return {
    ...{ seller, customer, order, timezone, locale, currency, pricesIncludeTax, billTo, shipTo, placeOfSupply },
    version: 1,
    number: 'CRN2627/00000001',
    issuedAt: '2026-12-02T07:15:00.000Z',
    invoice: { number, issuedAt },
    reason,
    lines,
    shipping,
    roundingMinor,
    goodwillMinor,
    deductions: fees,
    taxableMinor: sum(parts.map(({ taxableMinor }) => taxableMinor)),
    taxMinor: sum(parts.map(taxMinorOf)),
    totalMinor: sum(parts.map(({ totalMinor }) => totalMinor)) + roundingMinor + goodwillMinor - feesMinor,
  };
}
