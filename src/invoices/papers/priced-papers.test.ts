import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyCreditNote, anyInvoice } from '../example-documents.ts';
import { layOut, type Pages } from '../pages/layout.ts';
import { marksOffPaper } from '../pages/off-paper.ts';
import { LEFT, type Mark, type TextMark } from '../pages/page.ts';
import { CREDIT_NOTE_SAMPLE, PRICED_SAMPLE, pricedLineOf, pricedWith } from '../sample-priced.ts';
import { MONOSPACED, SAMPLE, WIDE } from '../sample-snapshot.ts';
import { paperOf, type DocumentSnapshot } from './paper-of.ts';

const pagesOf = (snapshot: DocumentSnapshot, typeface = MONOSPACED): Pages =>
  layOut(paperOf(snapshot, typeface), typeface);
const isText = (mark: Mark): mark is TextMark => mark.kind === 'text';
const textsOf = (snapshot: DocumentSnapshot) =>
  pagesOf(snapshot)
    .pages.flat()
    .filter(isText)
    .map(({ text }) => text);
/** Of the lines of priced papers, and of plain ones. */
const CELL_SIZES = new Set([7.2, 8.5]);
const anyDocument = fc.oneof(anyInvoice, anyCreditNote);

describe('a tax invoice', () => {
  test('says all that Rule 46 of the CGST Rules asks for', () => {
    expect(textsOf(PRICED_SAMPLE)).toEqual([
      ...['Roundtrip Sample Shop', '12 Example Road', 'Bengaluru 560001', 'India', 'State: Karnataka (29)'],
      ...['GSTIN: 29ABCDE1234F1Z5', 'billing@shop.example', '+91 80 5555 0100', 'Tax invoice'],
      ...['Invoice number', 'INV2627/00000001', 'Date of issue', '21 Nov 2026', 'Order', 'RT-7KQ2-M9XW'],
      ...['Order date', '18 Nov 2026', 'Place of supply', 'Karnataka (29)', 'Reverse charge', 'No'],
      ...['Bill to', 'Rao Outfitters Private Limited', '7 Temple Street', 'Gokulam', 'Mysuru 570001', 'Karnataka (29)'],
      ...['India', 'GSTIN: 29AAACR5055K1Z6', 'asha@example.com'],
      ...['Ship to', 'Rao Outfitters, store 4', '22 Lake Road', 'Hubballi 570001', 'Karnataka (29)', 'India'],
      ...['No.', 'Description', 'HSN/SAC', 'Qty', 'Unit price', 'Discount', 'Taxable value', 'Tax', 'Amount'],
      ...['1', 'Waterproof jacket,', 'blue, medium', 'JKT-BLU-M', '62014010', '1', '1,22,999.00', '-12,761.10'],
      ...['1,10,237.90', 'CGST 9%', '9,921.41', 'SGST 9%', '9,921.41', '1,30,080.72'],
      ...['2', 'Merino socks, pack', 'of three', 'SOCK-3', '61159400', '12', '849.05', '-38.90'],
      ...['10,149.70', 'CGST 2.5%', '253.74', 'SGST 2.5%', '253.74', '10,657.18'],
      ...['Items', '₹1,33,187.60', 'Discounts on items', '-₹12,300.00', 'Discount on the order', '-₹500.00'],
      ...['Shipping', '₹99.00', 'CGST', '₹10,184.06', 'SGST', '₹10,184.06', 'Rounding', '₹0.27'],
      ...['Total', '₹1,40,854.99'],
      'One lakh forty thousand eight hundred fifty-four rupees and ninety-nine paise only',
      ...['HSN/SAC summary', 'HSN/SAC', 'Taxable value', 'CGST', 'SGST', 'Total tax'],
      ...['62014010', '1,10,237.90', '9%', '9,921.41', '9%', '9,921.41', '19,842.82'],
      ...['61159400', '10,149.70', '2.5%', '253.74', '2.5%', '253.74', '507.48'],
      ...['996812', '99.00', '9%', '8.91', '9%', '8.91', '17.82'],
      ...['Total', '1,20,486.60', '10,184.06', '10,184.06', '20,368.12'],
      'Issued electronically under the Information Technology Act, 2000: no signature is required.',
      ...['INV2627/00000001', 'Page 1 of 1'],
    ]);
  });

  test('of prices that include tax adds no tax to them, and tells what is in them', () => {
    const rates = [{ name: 'VAT', rateBp: 2000 }];
    const lines = [pricedLineOf(1, { unitPriceMinor: 120_00, rates, includesTax: true, commodityCode: null })];
    const seller = { ...PRICED_SAMPLE.seller, countryCode: 'GB', region: null, taxId: 'GB123456789' };
    const facts = { seller, placeOfSupply: null, pricesIncludeTax: true, currency: 'GBP', locale: 'en-GB' };
    const texts = textsOf(pricedWith(lines, facts));
    expect(texts).toContain('VAT number: GB123456789');
    expect(texts.slice(texts.indexOf('1'), texts.indexOf('Page 1 of 1') - 1)).toEqual([
      ...['1', 'Article 1', 'SKU-1', '1', '120.00', '100.00', 'VAT 20%', '20.00', '120.00'],
      ...['Total', '£120.00', 'One hundred twenty pounds only'],
      ...['Tax summary', '', 'Taxable value', 'VAT', 'Total tax', '100.00', '20%', '20.00', '20.00'],
      ...['Total', '100.00', '20.00', '20.00'],
      'Unit prices, discounts and amounts include tax.',
    ]);
  });

  describe('names each party with all that it is taxed by, however long its address', () => {
    const [billTo, shipTo] = [PRICED_SAMPLE.billTo, PRICED_SAMPLE.shipTo];
    if (!billTo || !shipTo) throw new Error('the sample names no parties');
    const withAddress = (addressLines: string[]) =>
      textsOf({ ...PRICED_SAMPLE, billTo: { ...billTo, addressLines }, shipTo: { ...shipTo, addressLines } });
    const partiesIn = (texts: string[]) => {
      const [billed, shipped] = [texts.indexOf('Bill to'), texts.indexOf('Ship to')];
      return [texts.slice(billed + 1, shipped), texts.slice(shipped + 1, texts.indexOf('No.'))];
    };
    const afterAddress = [
      ['Mysuru 570001', 'Karnataka (29)', 'India', 'GSTIN: 29AAACR5055K1Z6', 'asha@example.com'],
      ['Hubballi 570001', 'Karnataka (29)', 'India'],
    ];

    test('of four lines of 80 letters, which is whole', () => {
      const addressLines = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(80));
      for (const [index, party] of partiesIn(withAddress(addressLines)).entries()) {
        expect(party.slice(1).join('')).toBe([...addressLines, ...(afterAddress[index] ?? [])].join(''));
      }
    });

    test('of six lines of 200 letters, which is cut off', () => {
      const addressLines = ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => letter.repeat(200));
      for (const [index, party] of partiesIn(withAddress(addressLines)).entries()) {
        const after = afterAddress[index] ?? [];
        expect(party.slice(-after.length)).toEqual(after);
        expect(party.at(-after.length - 1)).toMatch(/^[d-f]+…$/);
      }
    });
  });

  test('shortens a tax’s long name in the lines and in the sums, and never its rate', () => {
    const rates = [{ name: 'Integrated Goods and Services Tax', rateBp: 1800 }];
    const texts = textsOf(pricedWith([pricedLineOf(1, { unitPriceMinor: 100_00, rates })]));
    expect(texts.filter((text) => text.startsWith('Integ') && text.includes('…'))).toEqual([
      'Integ… 18%',
      'Integrated Goods… 18%',
    ]);
  });

  test('that has nothing of the kind looks as invoices did before there were taxes', () => {
    const lines = SAMPLE.lines.map((line) =>
      pricedLineOf(line.lineNumber, { ...line, rates: [], commodityCode: null }),
    );
    const untaxed = pricedWith(lines, { billTo: null, placeOfSupply: null });
    expect(untaxed).toMatchObject({ ...SAMPLE, version: 2 });
    expect(pagesOf(untaxed)).toEqual(pagesOf(SAMPLE));
  });
});

describe('a credit note', () => {
  test('says which invoice it takes back, why, and what comes off', () => {
    const texts = textsOf(CREDIT_NOTE_SAMPLE);
    expect(texts.slice(texts.indexOf('Credit note'), texts.indexOf('Bill to'))).toEqual([
      ...['Credit note', 'Credit note number', 'CRN2627/00000001', 'Date of issue', '2 Dec 2026'],
      ...['Invoice', 'INV2627/00000001', 'Invoice date', '21 Nov 2026', 'Order', 'RT-7KQ2-M9XW'],
      ...['Place of supply', 'Karnataka (29)'],
    ]);
    expect(texts.slice(texts.indexOf('Items'), texts.indexOf('HSN/SAC summary'))).toEqual([
      ...['Items', '₹1,22,999.00', 'Discounts', '-₹12,761.10', 'Shipping', '₹99.00'],
      ...['CGST 9%', '₹9,930.32', 'SGST 9%', '₹9,930.32', 'Restocking fee', '-₹250.00', 'Total', '₹1,29,947.54'],
      'One lakh twenty-nine thousand nine hundred forty-seven rupees and fifty-four paise only',
    ]);
    expect(texts).toContain('Reason: Too small');
    expect(texts).not.toContain('Reverse charge');
  });

  test('of a unit of so little that its parts are rounded down says that it is rounded, and not discounted', () => {
    const whole = { unitPriceMinor: 3, rates: [{ name: 'VAT', rateBp: 1800 }], includesTax: true };
    const [line] = pricedWith([pricedLineOf(1, { ...whole, quantity: 10 })]).lines;
    if (!line) throw new Error('there is no line');
    const taxes = line.taxes.map((tax) => ({ ...tax, amountMinor: 0 }));
    const lines = [{ ...line, quantity: 1, amountMinor: 3, discountMinor: 0, taxableMinor: 2, taxes, totalMinor: 2 }];
    const facts = { lines, shipping: null, deductions: [], pricesIncludeTax: true, totalMinor: 2 };
    const { sums, total } = paperOf({ ...CREDIT_NOTE_SAMPLE, ...facts }, MONOSPACED);
    expect([...sums, total]).toEqual([
      { label: 'Items', figure: '₹0.03' },
      { label: 'Rounding', figure: '-₹0.01' },
      { label: 'Total', figure: '₹0.02' },
    ]);
  });
});

describe('whatever was ordered or given back', () => {
  test('the sums above the total add up to it', () => {
    fc.assert(
      fc.property(anyDocument, (document) => {
        const latin = { ...document, locale: 'en-GB' };
        const { sums, total } = paperOf(latin, WIDE);
        const minorOf = (figure: string) => Number(figure.replace(/[^\d-]/g, ''));
        if (sums.length === 0) return;
        expect(sums.reduce((sum, { figure }) => sum + minorOf(figure), 0)).toBe(minorOf(total.figure));
      }),
    );
  });

  test('every mark is on the paper and above the footer, and every line is there once, in order, before the total, and every buyer’s tax number', () => {
    fc.assert(
      fc.property(anyDocument, (document) => {
        const laidOut = pagesOf(document, WIDE);
        expect(marksOffPaper(laidOut, WIDE)).toEqual([]);
        const texts = laidOut.pages.flat().filter(isText);
        const ofLines = texts.slice(
          0,
          texts.findIndex(({ text, size }) => text === 'Total' && size === 12),
        );
        const named = [document.billTo, document.shipTo].filter((party) => party !== null);
        expect(texts.filter(({ text }) => text === 'GSTIN: 29AAACR5055K1Z6')).toHaveLength(named.length);
        const numbers = ofLines.filter(({ x, size, text }) => x === LEFT && CELL_SIZES.has(size) && /^\d$/.test(text));
        expect(numbers.map(({ text }) => text)).toEqual(document.lines.map(({ lineNumber }) => String(lineNumber)));
      }),
    );
  }, 20_000);
});
