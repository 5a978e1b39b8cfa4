import type { Instants } from '../../../api/ledger.ts';
import { beginningOfDay, dayAfter } from '../../../format/days.ts';

/** Whole days of the shop's time zone, the last one included. */
export interface Period {
  readonly from: string;
  readonly to: string;
}

export interface NamedPeriod extends Period {
  readonly name: string;
}

/** What the books are mostly asked for on a day; the month that it is in comes first. */
export function usualPeriods(today: string, financialYearStartMonth: number): readonly [NamedPeriod, ...NamedPeriod[]] {
  const [year = 0, month = 0] = today.split('-').map(Number);
  const financialYear = month >= financialYearStartMonth ? year : year - 1;
  return [
    { name: 'This month', ...months(year, month, 1) },
    { name: 'Last month', ...months(year, month - 1, 1) },
    { name: 'This financial year', ...months(financialYear, financialYearStartMonth, 12) },
    { name: 'Last financial year', ...months(financialYear - 1, financialYearStartMonth, 12) },
  ];
}

/** From the first day of a month on. Month 0 is the last one of the year before. */
function months(year: number, month: number, count: number): Period {
  const dayIn = (monthIndex: number, day: number) =>
    new Date(Date.UTC(year, monthIndex, day)).toISOString().slice(0, 10);
  return { from: dayIn(month - 1, 1), to: dayIn(month - 1 + count, 0) };
}

export function instantsOf({ from, to }: Period, timezone: string): Instants {
  return { from: beginningOfDay(from, timezone), to: beginningOfDay(dayAfter(to), timezone) };
}
