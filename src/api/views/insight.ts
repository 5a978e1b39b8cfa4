import { UNUSUAL_EXPONENTS } from '../../domain/money/currencies.ts';
import type { Static } from 'typebox';
import type { Lifecycle } from '../../domain/lifecycles.ts';
import type { Attention } from '../../queries/insight/overview.ts';
import type { SearchHits } from '../../queries/orders/search.ts';
import type { StateCount } from '../../queries/insight/state-counts.ts';
import type { Durations, Statistics } from '../../queries/insight/statistics.ts';
import type { ShopSettings } from '../dependencies.ts';
import type {
  LifecyclesSchema,
  OverviewSchema,
  SearchResultSchema,
  SettingsSchema,
  StatisticsSchema,
} from '../schemas/insight.ts';
import { orderSummaryView } from './order.ts';
import { returnView } from './return.ts';

export function searchView({ orders, returns }: SearchHits): Static<typeof SearchResultSchema> {
  return {
    orders: orders.map((order) => ({
      ...orderSummaryView(order),
      matched_by: order.matchedBy,
      invoice_number: order.invoiceNumber,
    })),
    returns: returns.map(returnView),
  };
}

export function overviewView(
  attention: readonly Attention[],
  { mostCounted, stuckAfterHours }: { readonly mostCounted: number; readonly stuckAfterHours: number },
): Static<typeof OverviewSchema> {
  return {
    attention: attention.map(({ kind, count, oldestAt }) => ({ kind, count, oldest_at: oldestAt })),
    most_counted: mostCounted,
    stuck_after_hours: stuckAfterHours,
  };
}

export function statisticsView(
  { days, timeInState, refundLatency }: Statistics,
  timezone: string,
): Static<typeof StatisticsSchema> {
  return {
    timezone,
    days: [...days],
    time_in_state: timeInState.map(({ entity, state, ...durations }) => ({
      entity,
      state,
      ...durationsView(durations),
    })),
    refund_latency: durationsView(refundLatency),
  };
}

function durationsView({ samples, medianSeconds, slowestTenthSeconds }: Durations) {
  return { samples, median_seconds: medianSeconds, slowest_tenth_seconds: slowestTenthSeconds };
}

type AnyLifecycle = Lifecycle<StateCount['entity'], string, string>;

export function lifecyclesView(
  lifecycles: readonly AnyLifecycle[],
  counts: readonly StateCount[],
  mostCounted: number,
): Static<typeof LifecyclesSchema> {
  const countOf = new Map(counts.map(({ entity, state, count }) => [`${entity} ${state}`, count]));
  return {
    data: lifecycles.map(({ entity, creation, initial, states, moves }) => ({
      entity,
      creation,
      initial,
      states: states.map((state) => ({ state, count: countOf.get(`${entity} ${state}`) ?? 0 })),
      moves: moves.map(({ event, from, to }) => ({ event, from, to })),
    })),
    most_counted: mostCounted,
  };
}

export function settingsView(settings: ShopSettings): Static<typeof SettingsSchema> {
  const { currency, timezone, locale, financialYearStartMonth, seller } = settings;
  const { name, addressLines, email, phone } = seller;
  return {
    currency,
    timezone,
    locale,
    financial_year_start_month: financialYearStartMonth,
    currency_exponents: UNUSUAL_EXPONENTS,
    seller: { name, address_lines: [...addressLines], email, phone },
  };
}
