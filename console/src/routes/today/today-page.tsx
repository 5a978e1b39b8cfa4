import { SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { overviewQuery, statisticsQuery } from '../../api/queries.ts';
import { Loaded } from '../../parts/outcome.tsx';
import { Page, Panel } from '../../parts/page.tsx';
import { AttentionList } from './attention-list.tsx';
import { DayChart } from './day-chart.tsx';
import { RefundLatency, TimeInState } from './durations.tsx';
import { readTodaySearch } from './today-search.ts';
import classes from './today.module.css';

const route = getRouteApi('/today');
const WINDOWS = [7, 30, 90] as const;

const SERIES = [
  { of: 'orders', name: 'Orders', colour: 'var(--chart-1)' },
  { of: 'returns', name: 'Returns', colour: 'var(--chart-2)' },
  { of: 'refunds', name: 'Refunds', colour: 'var(--chart-3)' },
] as const;

/** What needs a person now, and how the shop is doing. */
export function TodayPage() {
  const { days = 30 } = route.useSearch({ select: readTodaySearch });
  const navigate = useNavigate();
  const overview = useQuery(overviewQuery);
  const statistics = useQuery(statisticsQuery(days));
  return (
    <Page title="Today">
      <Loaded query={overview}>{(loaded) => <AttentionList overview={loaded} />}</Loaded>
      <div className={classes.windows}>
        <h2 className={classes.heading}>How it is going</h2>
        <SegmentedControl
          size="xs"
          aria-label="Days shown"
          data={WINDOWS.map((each) => ({ value: String(each), label: `${each} days` }))}
          value={String(days)}
          onChange={(value) => void navigate({ to: '/today', search: { days: Number(value) }, replace: true })}
        />
      </div>
      <Loaded query={statistics} rows={8}>
        {(loaded) => (
          <>
            <div className={classes.charts}>
              {SERIES.map(({ of, name, colour }) => (
                <DayChart
                  key={of}
                  name={name}
                  colour={colour}
                  days={loaded.days.map((day) => ({ date: day.date, count: day[of] }))}
                />
              ))}
            </div>
            <div className={classes.durations}>
              <Panel title="Time in state">
                <TimeInState times={loaded.time_in_state} />
              </Panel>
              <Panel title="Refund latency">
                <RefundLatency latency={loaded.refund_latency} />
              </Panel>
            </div>
          </>
        )}
      </Loaded>
    </Page>
  );
}
