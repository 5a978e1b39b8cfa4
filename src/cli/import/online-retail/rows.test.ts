import { Settings } from 'luxon';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { londonToUtc } from './london-time.ts';
import { parseRows } from './rows.ts';
import { parsePounds } from './unit-price.ts';

const HEADER = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country';
const GOOD = '536365,85123A,WHITE HANGING HEART,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom';

describe('a file', () => {
  test('is read with quotation marks, commas and line breaks inside a field, a byte order mark and CRLF', () => {
    const quoted = '536366,1,"3 HOOK ""PHOTO"",\nSHELF",-1,2011-07-01 08:26:00,10.0,,United Kingdom';
    expect(parseRows(`\uFEFF${HEADER}\r\n${GOOD}\r\n${quoted}\r\n`)).toEqual([
      {
        invoiceNo: '536365',
        stockCode: '85123A',
        description: 'WHITE HANGING HEART',
        quantity: 6,
        invoicedAt: '2010-12-01T08:26:00.000Z',
        unitPrice: { isNegative: false, minor: 255 },
        customerId: '17850',
      },
      {
        invoiceNo: '536366',
        stockCode: '1',
        description: '3 HOOK "PHOTO",\nSHELF',
        quantity: -1,
        invoicedAt: '2011-07-01T07:26:00.000Z',
        unitPrice: { isNegative: false, minor: 1000 },
        customerId: null,
      },
    ]);
  });

  test.each([
    ['', /^the file is empty/],
    ['a,b,c\n1,2,3\n', /^line 1: the header must be InvoiceNo,/],
    [`${HEADER},Extra\n`, /^line 1: the header must be/],
    [`${HEADER}\n${GOOD}\n536366,1,MUG\n`, 'line 3: 3 columns where there must be 8'],
    [`${HEADER}\n${GOOD.replace(',6,', ',six,')}\n`, 'line 2: Quantity must be a whole number, not "six"'],
    [`${HEADER}\n${GOOD.replace(',6,', ',1.5,')}\n`, 'line 2: Quantity must be a whole number, not "1.5"'],
    [`${HEADER}\n${GOOD.replace('2.55', '1e3')}\n`, 'line 2: UnitPrice must be a decimal number, not "1e3"'],
    [`${HEADER}\n${GOOD.replace('2.55', '')}\n`, 'line 2: UnitPrice must be a decimal number, not ""'],
    [`${HEADER}\n${GOOD.replace('12-01', '02-30')}\n`, /^line 2: InvoiceDate must be a time/],
    [`${HEADER}\n${GOOD.replace('536365', '')}\n`, /^line 2: InvoiceNo must be given/],
    [`${HEADER}\n${GOOD.replace('85123A', '')}\n`, /^line 2: StockCode must be given/],
    [`${HEADER}\n${GOOD.replace('WHITE', '"WHITE')}\n`, /^the file is not readable as CSV: .* line 2/],
  ])('that is wrong is refused, naming the line: %j', (csv, message) => {
    expect(() => parseRows(csv)).toThrow(message);
  });
});

describe('a price', () => {
  test.each([
    ['2.55', false, 255],
    ['1.1', false, 110],
    ['0.29', false, 29],
    ['38970', false, 3_897_000],
    ['1.500', false, 150],
    ['0.001', false, null],
    ['-11062.06', true, -1_106_206],
    ['-0.001', true, null],
    ['-0.0', false, 0],
  ])('of %s is read exactly', (text, isNegative, minor) => {
    expect(parsePounds(text)).toEqual({ isNegative, minor });
  });

  test('of any whole number of pence comes back as that number', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 99_999_999_999_999n }), (pence) => {
        const text = `${pence / 100n}.${String(pence % 100n).padStart(2, '0')}`;
        expect(parsePounds(text)).toEqual({ isNegative: false, minor: Number(pence) });
      }),
    );
  });

  test.each(['', ' 1', '1,5', '1.', '.5', 'NaN', '0x10', '1e-5'])('written as %j is no price', (text) => {
    expect(parsePounds(text)).toBeUndefined();
  });
});

describe('a time in London', () => {
  const { now } = Settings;
  afterEach(() => {
    Settings.now = now;
  });

  test.each([
    ['winter', '2010-12-01 08:26:00', '2010-12-01T08:26:00.000Z'],
    ['summer', '2011-07-01 08:26:00', '2011-07-01T07:26:00.000Z'],
    ['an hour that does not exist', '2011-03-27 01:30:00', '2011-03-27T01:30:00.000Z'],
    ['an hour that occurs twice', '2011-10-30 01:30:00', '2011-10-30T00:30:00.000Z'],
  ])('in %s is the same in UTC, whenever the file is read', (_when, local, utc) => {
    Settings.now = () => Date.UTC(2026, 0, 1);
    expect(londonToUtc(local)).toBe(utc);
    Settings.now = () => Date.UTC(2026, 6, 1);
    expect(londonToUtc(local)).toBe(utc);
  });

  test.each(['', '2010-13-01 08:26:00', '01/12/2010 08:26', '2010-12-01 24:26:00'])('is not %j', (text) => {
    expect(londonToUtc(text)).toBeUndefined();
  });
});
