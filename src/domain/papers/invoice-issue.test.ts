import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { financialYearOf, invoiceNumber } from './invoice-issue.ts';

const india = { timezone: 'Asia/Kolkata', financialYearStartMonth: 4 };

describe('the financial year', () => {
  test.each([
    ['the last instant of 31 March in India', '2027-03-31T18:29:59.999Z', '2627'],
    ['the first instant of 1 April in India, still March in UTC', '2027-03-31T18:30:00.000Z', '2728'],
    ['1 April in UTC as well', '2027-04-01T00:00:00.000Z', '2728'],
    ['1 January, in the middle of it', '2027-01-01T00:00:00.000Z', '2627'],
    ['the last of its days before a new century', '2099-12-31T12:00:00.000Z', '9900'],
    ['the first year of a century', '2100-04-01T12:00:00.000Z', '0001'],
    ['years of one digit', '2008-03-31T12:00:00.000Z', '0708'],
  ])('at %s', (_moment, instant, expected) => {
    expect(financialYearOf(new Date(instant), india)).toBe(expected);
  });

  test.each([
    ['2026-12-31T18:29:59.999Z', '2626'],
    ['2026-12-31T18:30:00.000Z', '2727'],
  ])('that starts in January is the calendar year, named twice: %s', (instant, expected) => {
    expect(financialYearOf(new Date(instant), { ...india, financialYearStartMonth: 1 })).toBe(expected);
  });

  test.each([
    ['2026-06-30T18:29:59.999Z', '2526'],
    ['2026-06-30T18:30:00.000Z', '2627'],
  ])('that starts in July turns at the end of June: %s', (instant, expected) => {
    expect(financialYearOf(new Date(instant), { ...india, financialYearStartMonth: 7 })).toBe(expected);
  });

  test('turns at the midnight of the time zone that it is asked in', () => {
    const instant = new Date('2027-03-31T23:30:00.000Z');
    expect(financialYearOf(instant, { ...india, timezone: 'UTC' })).toBe('2627');
    expect(financialYearOf(instant, { ...india, timezone: 'Europe/London' })).toBe('2728');
    expect(financialYearOf(instant, { ...india, timezone: 'America/New_York' })).toBe('2627');
  });

  test('of any instant in India is that of its calendar day there, five and a half hours ahead', () => {
    const instants = fc.date({ min: new Date('2000-01-01'), max: new Date('2199-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(instants, (instant) => {
        const there = new Date(instant.getTime() + 5.5 * 3_600_000);
        const startYear = there.getUTCFullYear() - (there.getUTCMonth() < 3 ? 1 : 0);
        const expected = [startYear, startYear + 1].map((year) => String(year).slice(-2)).join('');
        expect(financialYearOf(instant, india)).toBe(expected);
      }),
    );
  });
});

describe('an invoice number', () => {
  test.each([
    ['INV', 1, 'INV2627/00000001'],
    ['A', 42, 'A2627/00000042'],
    ['INV', 99_999_999, 'INV2627/99999999'],
  ])('of prefix %s and sequence number %i is %s, sixteen characters at most', (prefix, sequenceNumber, expected) => {
    const number = invoiceNumber(prefix, '2627', sequenceNumber);
    expect(number).toBe(expected);
    expect(number.length).toBeLessThanOrEqual(16);
  });

  test('past the last of the series throws rather than outgrow its sixteen characters', () => {
    expect(() => invoiceNumber('INV', '2627', 100_000_000)).toThrow(
      new RangeError('the invoice series of 2627 is used up'),
    );
  });
});
