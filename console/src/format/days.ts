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
  const local = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
  return local - Math.trunc(instant / 1_000) * 1_000;
}
