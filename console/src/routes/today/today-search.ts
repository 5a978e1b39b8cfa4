export interface TodaySearch {
  readonly days?: number;
}

const MOST_DAYS = 90;

export function readTodaySearch({ days }: Readonly<Record<string, unknown>>): TodaySearch {
  return typeof days === 'number' && Number.isInteger(days) && days >= 1 && days <= MOST_DAYS ? { days } : {};
}
