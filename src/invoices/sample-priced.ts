import type { CreditNoteSnapshot } from '../domain/papers/credit-note.ts';
import type { InvoiceSnapshotV2, PricedInvoiceLine } from '../domain/papers/invoice.ts';
import { taxed, taxMinorOf, type TaxRate } from '../domain/pricing/tax.ts';
import { SAMPLE } from './sample-snapshot.ts';

/** For tests: documents with taxes, discounts and shipping. */
export const WITHIN_THE_STATE: readonly TaxRate[] = [
  { name: 'CGST', rateBp: 900 },
  { name: 'SGST', rateBp: 900 },
];

const SELLER = { ...SAMPLE.seller, region: '29', countryCode: 'IN' };
const BUYER = {
  name: 'Rao Outfitters Private Limited',
  addressLines: ['7 Temple Street', 'Gokulam'],
  city: 'Mysuru',
  postalCode: '570001',
  region: '29',
  countryCode: 'IN',
  taxId: '29AAACR5055K1Z6',
};

interface LineFacts {
  readonly sku?: string;
  readonly title?: string;
  readonly quantity?: number;
  readonly unitPriceMinor?: number;
  readonly discountMinor?: number;
  readonly orderDiscountMinor?: number;
  readonly commodityCode?: string | null;
  readonly rates?: readonly TaxRate[];
  readonly includesTax?: boolean;
}

/** A line whose amounts agree, worked out as an order's are. */
export function pricedLineOf(lineNumber: number, facts: LineFacts = {}): PricedInvoiceLine {
  const { quantity = 1, unitPriceMinor = 1_00, discountMinor = 0, orderDiscountMinor = 0 } = facts;
  const amountMinor = quantity * unitPriceMinor;
  const netMinor = amountMinor - discountMinor - orderDiscountMinor;
  return {
    lineNumber,
    sku: facts.sku ?? `SKU-${lineNumber}`,
    title: facts.title ?? `Article ${lineNumber}`,
    quantity,
    unitPriceMinor,
    amountMinor,
    discountMinor,
    orderDiscountMinor,
    commodityCode: facts.commodityCode === undefined ? '6109' : facts.commodityCode,
    ...taxed(netMinor, facts.rates ?? WITHIN_THE_STATE, facts.includesTax ?? false),
  };
}

/** An invoice of these lines, whose sums agree. */
export function pricedWith(
  lines: readonly PricedInvoiceLine[],
  facts: Partial<InvoiceSnapshotV2> = {},
): InvoiceSnapshotV2 {
  const { shipping = null, roundingMinor = 0 } = facts;
  const parts = shipping ? [...lines, shipping] : lines;
  const sum = (amountOf: (part: (typeof parts)[number]) => number) =>
    parts.reduce((total, part) => total + amountOf(part), 0);
  return {
    ...SAMPLE,
    version: 2,
    seller: SELLER,
    billTo: BUYER,
    shipTo: null,
    placeOfSupply: '29',
    pricesIncludeTax: false,
    ...facts,
    lines,
    shipping,
    roundingMinor,
    taxableMinor: sum(({ taxableMinor }) => taxableMinor),
    taxMinor: sum(taxMinorOf),
    totalMinor: sum(({ totalMinor }) => totalMinor) + roundingMinor,
  };
}

export const PRICED_SAMPLE: InvoiceSnapshotV2 = pricedWith(
  [
    pricedLineOf(1, {
      sku: 'JKT-BLU-M',
      title: 'Waterproof jacket, blue, medium',
      unitPriceMinor: 12_299_900,
      discountMinor: 1_230_000,
      orderDiscountMinor: 46_110,
      commodityCode: '62014010',
    }),
    pricedLineOf(2, {
      sku: 'SOCK-3',
      title: 'Merino socks, pack of three',
      quantity: 12,
      unitPriceMinor: 84_905,
      orderDiscountMinor: 3_890,
      commodityCode: '61159400',
      rates: [
        { name: 'CGST', rateBp: 250 },
        { name: 'SGST', rateBp: 250 },
      ],
    }),
  ],
  {
    shipping: {
      amountMinor: 9_900,
      commodityCode: '996812',

      ...taxed(9_900, WITHIN_THE_STATE, false),
    },
    roundingMinor: 27,
    shipTo: {
      ...BUYER,
      name: 'Rao Outfitters, store 4',
      addressLines: ['22 Lake Road'],
      city: 'Hubballi',
      taxId: null,
    },
  },
);

/** One jacket of the sample taken back, less a fee. */
export const CREDIT_NOTE_SAMPLE: CreditNoteSnapshot = creditNoteOf(PRICED_SAMPLE);

function creditNoteOf(invoice: InvoiceSnapshotV2): CreditNoteSnapshot {
  const { number, issuedAt, lines, shipping } = invoice;
  const [jacket] = lines;
  if (!jacket) throw new Error('the sample has no lines');
  const { orderDiscountMinor, ...line } = jacket;
  return {
    ...invoice,
    version: 1,
    number: 'CRN2627/00000001',
    issuedAt: '2026-12-02T07:15:00.000Z',
    invoice: { number, issuedAt },
    reason: 'Too small',
    lines: [{ ...line, discountMinor: line.discountMinor + orderDiscountMinor }],
    roundingMinor: 0,
    goodwillMinor: 0,
    deductions: [{ kind: 'restocking_fee', description: 'Restocking fee', amountMinor: 250_00 }],
    taxableMinor: line.taxableMinor + (shipping?.taxableMinor ?? 0),
    taxMinor: taxMinorOf(line) + (shipping ? taxMinorOf(shipping) : 0),
    totalMinor: line.totalMinor + (shipping?.totalMinor ?? 0) - 250_00,
  };
}
