import type { Statistics } from '../../api/types.ts';
import { formatDuration } from '../../format/time.tsx';
import { counted, wordsOf } from '../../format/words.ts';
import { Empty } from '../../parts/outcome.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import classes from './today.module.css';

const told = (seconds: number | null) => (seconds === null ? '–' : formatDuration(seconds));

/** How long things stay in each state, of those that left it last; the bars are on a logarithmic scale. */
export function TimeInState({ times }: { readonly times: Statistics['time_in_state'] }) {
  if (times.length === 0) return <Empty title="Nothing has moved on yet" />;
  const longest = Math.max(...times.map(({ slowest_tenth_seconds: slow }) => slow ?? 0), 1);
  const part = (seconds: number | null) => (100 * Math.log1p(seconds ?? 0)) / Math.log1p(longest);
  return (
    <table className={classes.times}>
      <thead>
        <tr>
          <th scope="col">State</th>
          <th scope="col">Half within</th>
          <th scope="col">Nine in ten within</th>
          <th scope="col">
            <span className="visually-hidden">Compared</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {times.map(({ entity, state, median_seconds: median, slowest_tenth_seconds: slow, samples }) => (
          <tr key={`${entity} ${state}`} title={`Of the newest ${counted(samples, 'one')}`}>
            <th scope="row">
              <span className="faint">{wordsOf(entity)}</span> <StateBadge state={state} />
            </th>
            <td className="figure">{told(median)}</td>
            <td className="figure">{told(slow)}</td>
            <td className={classes.meter} aria-hidden="true">
              <span className={classes.slow} style={{ width: `${part(slow)}%` }} />
              <span className={classes.median} style={{ width: `${part(median)}%` }} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function RefundLatency({ latency }: { readonly latency: Statistics['refund_latency'] }) {
  if (latency.samples === 0) return <Empty title="No refund has been paid yet" />;
  return (
    <dl className={classes.latency}>
      <div>
        <dt>Half within</dt>
        <dd>{told(latency.median_seconds)}</dd>
      </div>
      <div>
        <dt>Nine in ten within</dt>
        <dd>{told(latency.slowest_tenth_seconds)}</dd>
      </div>
      <div>
        <dt>Of the newest</dt>
        <dd>{latency.samples}</dd>
      </div>
    </dl>
  );
}
