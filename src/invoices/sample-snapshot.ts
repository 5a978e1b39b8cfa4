import type { InvoiceLine, InvoiceSnapshotV1 } from '../domain/papers/invoice.ts';
import type { Typeface } from './wording/text-layout.ts';

/** For tests. */
export const SAMPLE: InvoiceSnapshotV1 = {
  version: 1,
  number: 'INV2627/00000001',
  // Already the 21st in India.
  issuedAt: '2026-11-20T20:30:00.000Z',
  timezone: 'Asia/Kolkata',
  locale: 'en-IN',
  currency: 'INR',
  seller: {
    name: 'Roundtrip Sample Shop',
    addressLines: ['12 Example Road', 'Bengaluru 560001', 'India'],
    taxId: '29ABCDE1234F1Z5',
    email: 'billing@shop.example',
    phone: '+91 80 5555 0100',
  },
  customer: { id: 'CUST-17850', email: 'asha@example.com' },
  order: { number: 'RT-7KQ2-M9XW', placedAt: '2026-11-18T05:00:00.000Z' },
  lines: [
    lineOf(1, { sku: 'JKT-BLU-M', title: 'Waterproof jacket, blue, medium', unitPriceMinor: 12_299_900 }),
    lineOf(2, { sku: 'SOCK-3', title: 'Merino socks, pack of three', quantity: 12, unitPriceMinor: 84_905 }),
  ],
  totalMinor: 13_318_760,
};

export function lineOf(lineNumber: number, facts: Partial<InvoiceLine> = {}): InvoiceLine {
  const { sku = `SKU-${lineNumber}`, title = `Article ${lineNumber}`, quantity = 1, unitPriceMinor = 1_00 } = facts;
  return {
    lineNumber,
    sku,
    title,
    quantity,
    unitPriceMinor,
    amountMinor: facts.amountMinor ?? quantity * unitPriceMinor,
  };
}

export function withLines(lines: readonly InvoiceLine[]): InvoiceSnapshotV1 {
  return { ...SAMPLE, lines, totalMinor: lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0) };
}

/** Every character six tenths as wide as it is high; Latin and the rupee sign alone. */
export const MONOSPACED: Typeface = {
  widthOf: (text, { size }) => Array.from(text).length * size * 0.6,
  hasGlyph: (codePoint) => codePoint < 0x250 || codePoint === 0x20b9 || codePoint === 0x2026 || codePoint === 0x25a1,
};

/** Every character as wide as the widest of a real font. */
export const WIDE: Typeface = {
  widthOf: (text, { size }) => Array.from(text).length * size,
  hasGlyph: (codePoint) => MONOSPACED.hasGlyph(codePoint),
};
