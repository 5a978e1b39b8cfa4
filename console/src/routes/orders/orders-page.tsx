import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { ordersQuery, searchQuery, type OrderFilter } from '../../api/queries.ts';
import type { OrderSummary } from '../../api/types.ts';
import { beginningOfDay, dayAfter } from '../../format/days.ts';
import { Money } from '../../format/money.tsx';
import { useSettings } from '../../format/settings.tsx';
import { When } from '../../format/time.tsx';
import { DataTable, type Column } from '../../parts/data-table.tsx';
import { Empty, Failure, Loading } from '../../parts/outcome.tsx';
import { Page } from '../../parts/page.tsx';
import { useRestOfList } from '../../parts/rest-of-list.ts';
import { StateBadge } from '../../parts/state-badge.tsx';
import { BulkBar } from './bulk-bar.tsx';
import { OrderFilters } from './order-filters.tsx';
import { readOrdersSearch, type OrdersSearch } from './orders-search.ts';
import classes from './orders.module.css';

const route = getRouteApi('/orders');
const MOST_FOUND = 50;

const COLUMNS: readonly Column<OrderSummary>[] = [
  {
    name: 'Order',
    width: 'minmax(7rem, 1.2fr)',
    cell: ({ id, order_number: number }) => (
      <Link to="/orders/$orderId" params={{ orderId: id }}>
        {number}
      </Link>
    ),
  },
  {
    name: 'Customer',
    width: 'minmax(8rem, 1.6fr)',
    isExtra: true,
    cell: ({ customer_email: email, customer_id: customer }) => email ?? customer,
  },
  { name: 'State', width: 'minmax(6.5rem, 11rem)', cell: ({ state }) => <StateBadge state={state} /> },
  {
    name: 'Total',
    width: 'minmax(5rem, 8rem)',
    isNumber: true,
    cell: ({ total_minor: minor, currency }) => <Money minor={minor} currency={currency} />,
  },
  { name: 'Placed', width: '7rem', isExtra: true, cell: ({ placed_at: at }) => <When at={at} /> },
  { name: 'Changed', width: '7rem', isExtra: true, cell: ({ updated_at: at }) => <When at={at} /> },
];

export function OrdersPage() {
  const search = route.useSearch({ select: readOrdersSearch });
  const navigate = useNavigate();
  const [selected, setSelected] = useState<ReadonlySet<number>>(new Set());
  const list = useOrders(search);
  const chosen = useMemo(() => list.rows.filter(({ id }) => selected.has(id)), [list.rows, selected]);
  const isFiltered = Object.keys(search).length > 0;

  return (
    <Page title="Orders" fills>
      <OrderFilters search={search} />
      {list.error !== null && <Failure error={list.error} retry={list.retry} />}
      {list.isLoading && <Loading rows={12} />}
      {list.isCutOff && (
        <p className={classes.cutOff} role="status">
          A search shows {MOST_FOUND} orders at most, and there may be more like that. Type more of it, or empty the
          search and use the filters beside it.
        </p>
      )}
      {!list.isLoading && list.error === null && list.rows.length === 0 && (
        <Empty title={isFiltered ? 'No order is like that' : 'There are no orders yet'}>
          {isFiltered ? (
            <Link to="/orders">Show all orders</Link>
          ) : (
            <>
              Place one by <code>POST /v1/orders</code>; <a href="/docs">the API's documentation</a> says how.
            </>
          )}
        </Empty>
      )}
      {list.rows.length > 0 && (
        <DataTable
          label="Orders"
          rows={list.rows}
          columns={COLUMNS}
          nameOf={({ order_number: number }) => number}
          selection={{ ids: selected, set: setSelected }}
          onOpen={({ id }) => void navigate({ to: '/orders/$orderId', params: { orderId: id } })}
          isBusy={list.isOutdated}
          rest={list.rest}
        />
      )}
      <BulkBar
        orders={chosen}
        onDone={() => {
          setSelected(new Set());
        }}
      />
    </Page>
  );
}

/** The rows that the filters let through: a list that goes on, or the closest hits of what was searched for. */
function useOrders(search: OrdersSearch) {
  const { timezone } = useSettings();
  const words = search.q ?? '';
  const list = useInfiniteQuery({ ...ordersQuery(filterOf(search, timezone)), enabled: words === '' });
  const found = useQuery(searchQuery(words, MOST_FOUND));
  const rows = useMemo(() => list.data?.pages.flatMap(({ data }) => data) ?? [], [list.data]);
  const rest = useRestOfList(list);

  if (words !== '') {
    const { data, error, refetch, isPlaceholderData } = found;
    const hits = data?.orders ?? [];
    return {
      rows: hits,
      error,
      isLoading: !error && (!data || (isPlaceholderData && hits.length === 0)),
      retry: refetch,
      rest: {},
      // Found for what was typed before.
      isOutdated: isPlaceholderData,
      isCutOff: hits.length >= MOST_FOUND,
    };
  }
  const { error, refetch, data } = list;
  return {
    rows,
    error: data ? null : error,
    isLoading: !data && !error,
    retry: refetch,
    rest,
    isOutdated: false,
    isCutOff: false,
  };
}

function filterOf({ state, customer, sku, from, to }: OrdersSearch, timezone: string): OrderFilter {
  return {
    ...(state === undefined ? {} : { state }),
    ...(customer === undefined ? {} : { customer_id: customer }),
    ...(sku === undefined ? {} : { sku }),
    ...(from === undefined ? {} : { created_from: beginningOfDay(from, timezone) }),
    ...(to === undefined ? {} : { created_to: beginningOfDay(dayAfter(to), timezone) }),
  };
}
