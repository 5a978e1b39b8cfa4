import { useSettings } from '../../format/settings.tsx';
import classes from './today.module.css';

interface DayChartProps {
  readonly name: string;
  readonly colour: string;
  readonly days: readonly { readonly date: string; readonly count: number }[];
}

const WIDTH = 360;
const HEIGHT = 120;
const TOP = 8;
const GAP_PART = 0.25;

/** How many there were on each day, as bars, with today's beside the sum. */
export function DayChart({ name, colour, days }: DayChartProps) {
  const { locale } = useSettings();
  const most = Math.max(1, ...days.map(({ count }) => count));
  const total = days.reduce((sum, { count }) => sum + count, 0);
  const step = WIDTH / Math.max(1, days.length);
  const format = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' });
  const dayOf = (date: string | undefined) => (date === undefined ? '' : format.format(new Date(`${date}T00:00:00Z`)));
  const today = days.at(-1)?.count ?? 0;
  return (
    <figure className={classes.chart}>
      <figcaption className={classes.chartHead}>
        <span className={classes.chartName}>{name}</span>
        <span className={classes.chartTotal}>{total.toLocaleString(locale)}</span>
        <span className="faint">{today.toLocaleString(locale)} today</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        className={classes.bars}
        role="img"
        aria-label={`${name} by day: ${total} in ${days.length} days, ${most} at most on one day, ${today} today`}
      >
        {[0.5, 1].map((part) => (
          <line
            key={part}
            x1={0}
            x2={WIDTH}
            y1={HEIGHT - part * (HEIGHT - TOP)}
            y2={HEIGHT - part * (HEIGHT - TOP)}
            stroke="var(--line)"
            vectorEffect="non-scaling-stroke"
          />
        ))}
        {days.map(({ date, count }, index) => {
          const height = (count / most) * (HEIGHT - TOP);
          return (
            <g key={date}>
              <rect
                x={index * step + (step * GAP_PART) / 2}
                y={HEIGHT - height}
                width={step * (1 - GAP_PART)}
                height={height}
                fill={colour}
              />
              <rect x={index * step} y={0} width={step} height={HEIGHT} fill="transparent">
                <title>{`${dayOf(date)}: ${count.toLocaleString(locale)}`}</title>
              </rect>
            </g>
          );
        })}
      </svg>
      <div className={classes.axis} aria-hidden="true">
        <span>{dayOf(days[0]?.date)}</span>
        <span>at most {most.toLocaleString(locale)} a day</span>
        <span>{dayOf(days.at(-1)?.date)}</span>
      </div>
    </figure>
  );
}
