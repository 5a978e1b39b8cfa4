import { Button } from '@mantine/core';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { moveRefund } from '../../api/moves.ts';
import { lifecyclesQuery, refundsQuery } from '../../api/queries.ts';
import type { Refund } from '../../api/types.ts';
import { Money, useMoney } from '../../format/money.tsx';
import { When } from '../../format/time.tsx';
import { counted } from '../../format/words.ts';
import { Empty, Failure, Loading } from '../../parts/outcome.tsx';
import { Panel } from '../../parts/page.tsx';
import { RunMany } from '../../parts/run-many.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { useMay } from '../../shell/me.tsx';
import { RefundButtons, RefundDialog, type RefundEvent } from '../orders/order/refund-buttons.tsx';
import { StateFilter } from './state-filter.tsx';
import { ShowMore } from './show-more.tsx';
import classes from './operations.module.css';

/** What somebody is asked about: held as it was then, for the list may lose it before they have answered. */
interface Asked {
  readonly refund: Refund;
  readonly event: RefundEvent;
}

export function RefundsTab({ state }: { readonly state: string }) {
  const client = useQueryClient();
  const money = useMoney();
  const may = useMay();
  const { data: lifecycles } = useQuery(lifecyclesQuery);
  const states = lifecycles?.data.find(({ entity }) => entity === 'refund')?.states.map((each) => each.state) ?? [];
  const list = useInfiniteQuery(refundsQuery({ state: state as Refund['state'] }));
  const refunds = list.data?.pages.flatMap(({ data }) => data) ?? [];
  const retryable = refunds.filter(({ allowed }) => may('retryRefund') && allowed.includes('retry'));
  const [asked, setAsked] = useState<Asked>();
  const listed = refunds.find(({ id }) => id === asked?.refund.id);
  const [retrying, setRetrying] = useState<readonly Refund[]>();

  return (
    <>
      <div className={classes.filter}>
        <StateFilter tab="refunds" states={states} state={state} />
        {retryable.length > 1 && (
          <Button
            variant="light"
            onClick={() => {
              setRetrying(retryable);
            }}
          >
            Send all {retryable.length} again
          </Button>
        )}
      </div>
      <Panel title="Refunds" flush>
        {list.error && !list.data && <Failure error={list.error} retry={list.refetch} />}
        {list.isPending && <Loading rows={6} />}
        {list.data && refunds.length === 0 && (
          <Empty title={state === 'FAILED' ? 'No refund has failed' : 'There is none'}>
            One that the gateway declines waits here until a person sends it again, or pays it some other way.
          </Empty>
        )}
        <ul className={classes.list}>
          {refunds.map((refund) => (
            <li key={refund.id}>
              <span className={classes.grow}>
                <strong>
                  <Money minor={refund.amount_minor} currency={refund.currency} />
                </strong>{' '}
                of{' '}
                <Link to="/orders/$orderId" params={{ orderId: refund.order_id }}>
                  {refund.order_number}
                </Link>{' '}
                <StateBadge state={refund.state} />
                <span className="faint">
                  {' '}
                  · attempt {refund.attempt} · <When at={refund.updated_at} />
                </span>
                {refund.failure_message !== null && (
                  <span className={classes.error}>
                    {refund.failure_message} ({refund.failure_code})
                  </span>
                )}
              </span>
              <RefundButtons
                refund={refund}
                onAsk={(event) => {
                  setAsked({ refund, event });
                }}
              />
            </li>
          ))}
        </ul>
        <ShowMore list={list} />
      </Panel>
      {asked && (
        <RefundDialog
          refund={listed ?? asked.refund}
          event={asked.event}
          isGone={!listed}
          onClose={() => {
            setAsked(undefined);
          }}
        />
      )}
      {retrying && (
        <RunMany
          title={`Send ${counted(retrying.length, 'refund')} again`}
          consequence={
            <p>
              Each goes to the payment gateway as a new attempt. The one before was declined, so nothing is paid twice.
            </p>
          }
          confirm={`Send again (${retrying.length})`}
          tasks={retrying.map((refund) => ({
            id: refund.id,
            name: `${money(refund.amount_minor, refund.currency)} of ${refund.order_number}`,
            run: (_typed, key) => moveRefund(refund.id, 'retry', '', key),
          }))}
          onClose={() => {
            setRetrying(undefined);
            void client.invalidateQueries({ queryKey: ['refunds'] });
            void client.invalidateQueries({ queryKey: ['overview'] });
          }}
        />
      )}
    </>
  );
}
