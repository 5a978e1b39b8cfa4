import { useSyncExternalStore } from 'react';
import { useSettings } from './settings.tsx';

const TICK_MS = 10_000;

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'always', style: 'short' });

/** "5 min. ago", "in 2 hr.", "just now". */
function formatRelative(time: Date, now: number): string {
  const seconds = (time.getTime() - now) / 1_000;
  const unit = UNITS.find(([, size]) => Math.abs(seconds) >= size);
  return unit
    ? relative.format(Math.trunc(seconds / unit[1]), unit[0])
    : seconds > TICK_MS / 1_000
      ? 'in a moment'
      : 'just now';
}

/** "3 d", "5 h", "12 min": how long something has been so. */
export function formatAge(since: Date, now: number): string {
  return formatDuration(Math.max(0, (now - since.getTime()) / 1_000));
}

export function formatDuration(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1_000)} ms`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3_600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

const listeners = new Set<() => void>();
let timer: number | undefined;

/** The time, in steps: one clock for every relative time on the page. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => Math.floor(Date.now() / TICK_MS) * TICK_MS);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= window.setInterval(() => {
    for (const each of listeners) each();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    window.clearInterval(timer);
    timer = undefined;
  };
}

/** In the shop's time zone, however far away the reader is. */
function useTime(): (time: string | Date) => string {
  const { timezone, locale } = useSettings();
  const format = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone: timezone });
  return (time) => format.format(new Date(time));
}

/** A moment: how long ago, and exactly when on asking. With `exact`, the other way round. */
export function When({ at, exact = false }: { readonly at: string; readonly exact?: boolean }) {
  const current = useNow();
  const format = useTime();
  const { timezone } = useSettings();
  const ago = formatRelative(new Date(at), current);
  const absolute = format(at);
  return (
    <time dateTime={at} title={exact ? ago : `${absolute} (${timezone})`} className="when">
      {exact ? absolute : ago}
    </time>
  );
}
