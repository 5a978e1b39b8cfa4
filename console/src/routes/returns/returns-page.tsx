import { Button } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, useState } from 'react';
import { lifecyclesQuery, returnsInState } from '../../api/queries.ts';
import type { Return } from '../../api/types.ts';
import { Money } from '../../format/money.tsx';
import { When } from '../../format/time.tsx';
import { atMost, returnLabel, wordsOf } from '../../format/words.ts';
import { DataTable, type Column } from '../../parts/data-table.tsx';
import { BarcodeIcon } from '../../parts/icons.tsx';
import { Empty, Failure, Loading } from '../../parts/outcome.tsx';
import { Page } from '../../parts/page.tsx';
import { useRestOfList } from '../../parts/rest-of-list.ts';
import { Units } from '../../parts/units.tsx';
import { useMay } from '../../shell/me.tsx';
import { OpenReturn } from './open-return.tsx';
import { ReturnsBulkBar } from './returns-bulk-bar.tsx';
import { readReturnsSearch } from './returns-search.ts';
import classes from './inbox.module.css';

const route = getRouteApi('/returns');

const COLUMNS: readonly Column<Return>[] = [
  {
    name: 'Return',
    width: 'minmax(4.5rem, 6rem)',
    cell: ({ id, state }) => (
      <Link to="/returns" search={{ state, open: id }} replace>
        <strong>{returnLabel(id)}</strong>
      </Link>
    ),
  },
  {
    name: 'Order',
    width: 'minmax(6rem, 1fr)',
    isExtra: true,
    cell: ({ order_id: orderId, order_number: number }) => (
      <Link to="/orders/$orderId" params={{ orderId }}>
        {number}
      </Link>
    ),
  },
  { name: 'Reason', width: 'minmax(5rem, 2fr)', cell: ({ reason }) => reason },
  {
    name: 'Items',
    width: 'minmax(6rem, 1.6fr)',
    isExtra: true,
    cell: ({ items }) => <Units of={items.map((item) => ({ ...item, name: item.sku }))} />,
  },
  {
    name: 'Goods',
    width: 'minmax(5rem, 8rem)',
    isNumber: true,
    cell: ({ amount_minor: minor, currency }) => <Money minor={minor} currency={currency} />,
  },
  { name: 'Age', width: '6.5rem', cell: ({ updated_at: at }) => <When at={at} /> },
];

/** Returns by what is to be done with them. */
export function ReturnsPage() {
  const search = route.useSearch({ select: readReturnsSearch });
  const navigate = useNavigate();
  const may = useMay();
  const { data: lifecycles } = useQuery(lifecyclesQuery);
  const states = lifecycles?.data.find(({ entity }) => entity === 'return')?.states ?? [];
  const state = search.state ?? states[0]?.state ?? 'REQUESTED';
  const [selected, setSelected] = useState<ReadonlySet<number>>(new Set());
  const list = useInfiniteQuery(returnsInState(state as Return['state']));
  const rows = useMemo(() => list.data?.pages.flatMap(({ data }) => data) ?? [], [list.data]);
  const chosen = rows.filter(({ id }) => selected.has(id));
  const rest = useRestOfList(list);
  // What is open now, for answers that come when somebody has gone on to another return or page.
  const openNow = useRef<number>(undefined);
  useEffect(() => {
    openNow.current = search.open;
    return () => {
      openNow.current = undefined;
    };
  }, [search.open]);
  const show = (open: number | undefined) =>
    void navigate({
      to: '/returns',
      search: { state: state as Return['state'], ...(open === undefined ? {} : { open }) },
      replace: true,
    });

  return (
    <Page
      title="Returns"
      fills
      actions={
        may('receiveReturn') && (
          <Button
            variant="default"
            leftSection={<BarcodeIcon size={15} />}
            onClick={() => void navigate({ to: '/returns/receive' })}
          >
            Scan parcels in
          </Button>
        )
      }
    >
      <nav className={classes.states} aria-label="States of returns">
        {states.map((each) => (
          <Link
            key={each.state}
            to="/returns"
            search={{ state: each.state as Return['state'] }}
            className={classes.tab}
            aria-current={each.state === state ? 'page' : undefined}
            onClick={() => {
              setSelected(new Set());
            }}
          >
            {wordsOf(each.state)}
            <span className={classes.tabCount}>{atMost(each.count, lifecycles?.most_counted ?? 0)}</span>
          </Link>
        ))}
      </nav>
      <div className={classes.inbox} data-open={search.open !== undefined}>
        <div className={classes.list}>
          {list.error !== null && !list.data && <Failure error={list.error} retry={list.refetch} />}
          {list.isPending && <Loading rows={10} />}
          {list.data && rows.length === 0 && (
            <Empty title={`No return is ${wordsOf(state).toLowerCase()}`}>
              A return starts on the page of its order, once that was delivered.
            </Empty>
          )}
          {rows.length > 0 && (
            <DataTable
              label={`Returns that are ${wordsOf(state).toLowerCase()}`}
              rows={rows}
              columns={COLUMNS}
              nameOf={({ id }) => returnLabel(id)}
              selection={{ ids: selected, set: setSelected }}
              onOpen={({ id }) => {
                show(id);
              }}
              openId={search.open}
              rest={rest}
            />
          )}
          <ReturnsBulkBar
            returns={chosen}
            onDone={() => {
              setSelected(new Set());
            }}
          />
        </div>
        {search.open !== undefined && (
          <OpenReturn
            key={search.open}
            returnId={search.open}
            onClose={() => {
              show(undefined);
            }}
            onDone={() => {
              if (openNow.current !== search.open) return;
              const index = rows.findIndex(({ id }) => id === search.open);
              show((rows[index + 1] ?? rows[index - 1])?.id);
            }}
          />
        )}
      </div>
    </Page>
  );
}
