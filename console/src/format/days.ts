const DAY = /^\d{4}-\d{2}-\d{2}$/;
/** The day after it has five digits in its year, and no instant of the API's. */
const LAST_DAY = '9999-12-30';

/** Whether it is a day that there is, with an end that the API can be asked by. */
export function isDay(text: string): boolean {
  if (!DAY.test(text) || text > LAST_DAY) return false;
  const midnight = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(text);
}

/** The day that an instant is of in the time zone. */
export function dayOf(instant: number, timezone: string): string {
  const { year, month, day } = partsOf(instant, timezone);
  return [String(year).padStart(4, '0'), ...[month, day].map((part) => String(part).padStart(2, '0'))].join('-');
}

/** The instant that a day begins at in the time zone, whatever its offset is on that day. */
export function beginningOfDay(day: string, timezone: string): string {
  const utc = new Date(`${day}T00:00:00Z`).getTime();
  // Twice, because the offset is asked for at the instant that it leads to.
  const first = utc - offsetMs(utc, timezone);
  return new Date(utc - offsetMs(first, timezone)).toISOString();
}

export function dayAfter(day: string): string {
  return new Date(new Date(`${day}T00:00:00Z`).getTime() + 86_400_000).toISOString().slice(0, 10);
}

/** How far the time zone's clocks are ahead of UTC at the instant. */
function offsetMs(instant: number, timezone: string): number {
  const { year, month, day, hour, minute, second } = partsOf(instant, timezone);
  const local = Date.UTC(year, month - 1, day, hour, minute, second);
  return local - Math.trunc(instant / 1_000) * 1_000;
}

/** What the time zone's calendar and clocks say at the instant. */
function partsOf(instant: number, timezone: string) {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(instant);
  const of = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((part) => part.type === type)?.value);
  return {
    year: of('year'),
    month: of('month'),
    day: of('day'),
    hour: of('hour'),
    minute: of('minute'),
    second: of('second'),
  };
}
