import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { COLUMNS } from '../papers/plain-invoice.ts';
import { paperOf } from '../papers/paper-of.ts';
import { layOut as layOutPaper, type Pages } from './layout.ts';
import { marksOffPaper } from './off-paper.ts';
import { BODY_END_Y, RIGHT, type Mark, type TextMark } from './page.ts';
import { lineOf, MONOSPACED, SAMPLE, WIDE, withLines } from '../sample-snapshot.ts';

const layOut = (snapshot = SAMPLE, typeface = MONOSPACED): Pages => layOutPaper(paperOf(snapshot, typeface), typeface);
const isText = (mark: Mark): mark is TextMark => mark.kind === 'text';
const textsOf = (marks: readonly Mark[] = []): string[] => marks.filter(isText).map(({ text }) => text);
const endOf = (mark: TextMark, typeface = MONOSPACED): number => mark.x + typeface.widthOf(mark.text, mark);
const many = (count: number) => withLines(Array.from({ length: count }, (_, index) => lineOf(index + 1)));

/** The texts of a column below each table header, page by page; cells start where their column does. */
function cellsOf({ pages }: Pages, column: { x: number; heading: string }): string[][] {
  return pages.map((marks) => {
    const texts = marks.filter(isText);
    const headerY = texts.find(({ text }) => text === column.heading)?.y ?? Infinity;
    const totalY = texts.find(({ text }) => text === 'Total')?.y ?? BODY_END_Y;
    return texts.filter(({ x, y }) => x === column.x && y > headerY && y < totalY).map(({ text }) => text);
  });
}

describe('an invoice of one page', () => {
  test('says who sold what to whom, when, and for how much', () => {
    const { title, author, pages } = layOut();
    expect({ title, author }).toEqual({ title: 'Tax invoice INV2627/00000001', author: 'Roundtrip Sample Shop' });
    expect(pages).toHaveLength(1);
    expect(textsOf(pages[0])).toEqual([
      ...['Roundtrip Sample Shop', '12 Example Road', 'Bengaluru 560001', 'India', 'GSTIN / Tax ID: 29ABCDE1234F1Z5'],
      ...['billing@shop.example', '+91 80 5555 0100', 'Tax invoice'],
      ...['Invoice number', 'INV2627/00000001', 'Date of issue', '21 Nov 2026'],
      ...['Order', 'RT-7KQ2-M9XW', 'Order date', '18 Nov 2026'],
      ...['Bill to', 'CUST-17850', 'asha@example.com'],
      ...['No.', 'SKU', 'Description', 'Quantity', 'Unit price', 'Amount'],
      ...['1', 'JKT-BLU-M', 'Waterproof jacket, blue, medium', '1', '₹1,22,999.00', '₹1,22,999.00'],
      ...['2', 'SOCK-3', 'Merino socks, pack of three', '12', '₹849.05', '₹10,188.60'],
      ...['Total', '₹1,33,187.60'],
      'One lakh thirty-three thousand one hundred eighty-seven rupees and sixty paise only',
      ...['INV2627/00000001', 'Page 1 of 1'],
    ]);
  });

  test('is no tax invoice without a tax number, and leaves out what is not known', () => {
    const seller = { ...SAMPLE.seller, taxId: null, email: null, phone: null };
    const { title, pages } = layOut({ ...SAMPLE, seller, customer: { id: 'guest', email: null } });
    expect(title).toBe('Invoice INV2627/00000001');
    const texts = textsOf(pages[0]);
    expect(texts).toContain('Invoice');
    expect(texts.filter((text) => /Tax|@|\+91/.test(text))).toEqual([]);
    expect(texts.slice(texts.indexOf('guest'), texts.indexOf('guest') + 2)).toEqual(['guest', 'No.']);
  });
});

describe('an invoice of many lines', () => {
  test.each([675, 2_000])('%i of them: each once, in order, the header on every page, all pages numbered', (count) => {
    const document = layOut(many(count));
    const { pages } = document;
    expect(pages.length).toBeGreaterThan(10);
    expect(cellsOf(document, COLUMNS.number).flat()).toEqual(many(count).lines.map((line) => String(line.lineNumber)));
    for (const [index, marks] of pages.entries()) {
      const texts = textsOf(marks);
      expect(texts).toContain(`Page ${index + 1} of ${pages.length}`);
      expect(texts.filter((text) => text === 'Description')).toHaveLength(1);
      if (index > 0) expect(texts[0]).toBe('Tax invoice INV2627/00000001');
    }
  });

  test('keeps total and words together after any number of lines, once, on the last page', () => {
    const pageCounts = new Set<number>();
    for (let count = 1; count <= 80; count++) {
      const { pages } = layOut(many(count));
      pageCounts.add(pages.length);
      const pagesWith = (wanted: RegExp) =>
        pages.flatMap((page, index) =>
          textsOf(page)
            .filter((text) => wanted.test(text))
            .map(() => index),
        );
      expect(pagesWith(/^Total$/)).toEqual([pages.length - 1]);
      expect(pagesWith(/ only$/)).toEqual([pages.length - 1]);
    }
    expect(pageCounts).toEqual(new Set([1, 2, 3]));
  });

  test('never splits a row: all its lines are on one page, between the same two rules', () => {
    const title = 'word '.repeat(120).trim();
    const document = layOut(withLines(Array.from({ length: 40 }, (_, index) => lineOf(index + 1, { title }))));
    expect(document.pages.length).toBeGreaterThan(5);
    const wordsByPage = cellsOf(document, COLUMNS.title).map((lines) => lines.join(' ').split(' ').length);
    const rowsByPage = cellsOf(document, COLUMNS.number).map((rows) => rows.length);
    expect(wordsByPage).toEqual(rowsByPage.map((rows) => rows * 120));
  });

  test('leaves no table header alone at the foot of the first page', () => {
    const addressLines = Array.from({ length: 100 }, (_, index) => `address line ${index}`);
    const long = {
      ...withLines([lineOf(1, { title: 'W'.repeat(1_000) })]),
      seller: { ...SAMPLE.seller, addressLines },
    };
    const [first, second] = layOut(long, WIDE).pages.map(textsOf);
    expect(first).not.toContain('Description');
    expect(second).toContain('Description');
    expect(layOut({ ...SAMPLE, seller: long.seller }, WIDE).pages).toHaveLength(1);
  });

  test.each([0, 4, 8])('keeps a first row of any height above the footer, below %i more lines of address', (extra) => {
    const addressLines = Array.from({ length: extra }, (_, index) => `address line ${index}`);
    for (let length = 1; length <= 1_000; length += 10) {
      const lines = withLines([lineOf(1, { title: 'W'.repeat(length) })]);
      const { pages } = layOut({ ...lines, seller: { ...SAMPLE.seller, addressLines } }, WIDE);
      const rules = pages.flat().filter((mark) => mark.kind === 'rule');
      expect(Math.max(...rules.map(({ y }) => y))).toBeLessThanOrEqual(BODY_END_Y);
    }
  });

  test('shows a description of 1,000 of the widest letters whole', () => {
    const title = 'W'.repeat(1_000);
    const document = layOut(withLines([lineOf(1, { title })]), WIDE);
    expect(cellsOf(document, COLUMNS.title).flat().join('')).toBe(title);
  });
});

describe('numbers', () => {
  test('end at the right edge of their column in every row', () => {
    const lines = [9, 99_99, 1_234_567_89, Number.MAX_SAFE_INTEGER].map((unitPriceMinor, index) =>
      lineOf(index + 1, { unitPriceMinor, quantity: 1 }),
    );
    const texts = layOut({ ...withLines(lines), totalMinor: Number.MAX_SAFE_INTEGER })
      .pages.flat()
      .filter(isText);
    const amounts = texts.filter(({ text }) => text.startsWith('₹'));
    expect(amounts).toHaveLength(9);
    const right = (column: { x: number; width: number }) => column.x + column.width;
    for (const [index, amount] of amounts.entries()) {
      const expected = index === 8 ? RIGHT : right(index % 2 === 0 ? COLUMNS.unitPrice : COLUMNS.amount);
      expect(endOf(amount)).toBeCloseTo(expected, 6);
    }
  });

  test('too wide for their column are made smaller, never broken', () => {
    const texts = layOut(withLines([lineOf(1, { unitPriceMinor: Number.MAX_SAFE_INTEGER })]))
      .pages.flat()
      .filter(isText);
    const price = texts.find(({ text }) => text === '₹9,00,71,99,25,47,409.91');
    expect(price?.size).toBeLessThan(8);
    expect(price?.x).toBeCloseTo(COLUMNS.unitPrice.x, 6);
  });
});

describe('what the font lacks', () => {
  test('takes neither dates nor amounts off the paper: another form is written', () => {
    const texts = textsOf(layOut({ ...SAMPLE, locale: 'hi-IN', currency: 'BDT' }).pages.flat());
    expect(texts).toContain('21 Nov 2026');
    expect(texts.join()).not.toContain('□');
    expect(texts.filter((text) => text.includes('BDT')).length).toBeGreaterThanOrEqual(5);
  });

  test('is a box in what others wrote', () => {
    const texts = textsOf(layOut(withLines([lineOf(1, { title: 'नमस्ते 🎁 gift' })])).pages.flat());
    expect(texts).toContain('□□□□□□ □ gift');
  });
});

test('whatever the texts and amounts, every mark is on the paper and every row above the footer', () => {
  const text = (maxLength: number) =>
    fc.oneof(fc.string({ maxLength, unit: 'binary' }), fc.string({ maxLength, minLength: maxLength }));
  const line = fc.record({
    sku: text(100),
    title: text(1_000),
    quantity: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
    unitPriceMinor: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
    amountMinor: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
  });
  const snapshot = fc
    .record({
      seller: text(200),
      address: fc.array(text(200), { maxLength: 12 }),
      customer: text(200),
      email: text(254),
      order: text(64),
      lines: fc.array(line, { minLength: 1, maxLength: 12 }),
      totalMinor: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
      currency: fc.constantFrom('INR', 'GBP', 'KWD', 'JPY', 'XXX'),
      locale: fc.constantFrom('en-IN', 'de-CH', 'fr-FR', 'ar-EG', 'ja-JP'),
    })
    .map(({ seller, address, customer, email, order, lines, ...facts }) => ({
      ...SAMPLE,
      ...facts,
      seller: { ...SAMPLE.seller, name: seller, addressLines: address },
      customer: { id: customer, email },
      order: { ...SAMPLE.order, number: order },
      lines: lines.map((each, index) => ({ ...each, lineNumber: index + 1 })),
    }));
  fc.assert(
    fc.property(snapshot, (generated) => {
      const document = layOut(generated, WIDE);
      expect(marksOffPaper(document, WIDE)).toEqual([]);
      expect(cellsOf(document, COLUMNS.number).flat()).toEqual(
        generated.lines.map(({ lineNumber }) => String(lineNumber)),
      );
    }),
    { numRuns: 60 },
  );
});
