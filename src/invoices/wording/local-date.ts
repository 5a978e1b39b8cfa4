import { remembered } from './remembered.ts';

/** The day of an instant where the clocks show `timezone`, as YYYY-MM-DD. */
export function localDate(instant: string, timezone: string): string {
  return isoDateFormat(timezone).format(new Date(instant));
}

// Sweden writes dates as ISO 8601 does.
const isoDateFormat = remembered(
  (timeZone: string): Intl.DateTimeFormat =>
    new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }),
);
