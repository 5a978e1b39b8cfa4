import { Button } from '@mantine/core';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { differencesQuery, resolveDifference, type Difference } from '../../api/reconciliation.ts';
import { Money } from '../../format/money.tsx';
import { When } from '../../format/time.tsx';
import { wordsOf } from '../../format/words.ts';
import { ActDialog } from '../../parts/act-dialog.tsx';
import { Empty, Failure, Loading } from '../../parts/outcome.tsx';
import { Panel } from '../../parts/page.tsx';
import { tellDone } from '../../parts/toast.tsx';
import { useMay } from '../../shell/me.tsx';
import { Comparisons } from './comparisons.tsx';
import { wordsOfDifference } from './difference-words.ts';
import { StateFilter } from './state-filter.tsx';
import { ShowMore } from './show-more.tsx';
import classes from './operations.module.css';

const STATES = ['OPEN', 'RESOLVED'] as const;

/** Where our books and the gateways' differ, what each difference means, and what a person can do about it. */
export function DifferencesTab({ state }: { readonly state: string }) {
  const shown = STATES.find((each) => each === state) ?? 'OPEN';
  const list = useInfiniteQuery(differencesQuery(shown));
  const differences = list.data?.pages.flatMap(({ data }) => data) ?? [];
  // Held as it was when the dialog opened: the list, read every few seconds, may lose it before somebody has answered.
  const [asked, setAsked] = useState<Difference>();
  return (
    <>
      <Comparisons />
      <div className={classes.filter}>
        <StateFilter tab="differences" states={STATES} state={shown} />
      </div>
      <Panel title="Gateway differences" flush>
        {list.error && !list.data && <Failure error={list.error} retry={list.refetch} />}
        {list.isPending && <Loading rows={6} />}
        {list.data && differences.length === 0 && (
          <Empty title={shown === 'OPEN' ? 'No difference is open' : 'None was resolved yet'}>
            Once a day our payments and refunds are compared with each gateway's own books.
          </Empty>
        )}
        <ul className={classes.list}>
          {differences.map((difference) => (
            <Row
              key={difference.id}
              difference={difference}
              onAsk={() => {
                setAsked(difference);
              }}
            />
          ))}
        </ul>
        <ShowMore list={list} />
      </Panel>
      {asked && (
        <ResolveDialog
          difference={asked}
          possible={differences.some(({ id, state: now }) => id === asked.id && now === 'OPEN')}
          onClose={() => {
            setAsked(undefined);
          }}
        />
      )}
    </>
  );
}

function Row({ difference, onAsk }: { readonly difference: Difference; readonly onAsk: () => void }) {
  const may = useMay();
  const { name, meaning } = wordsOfDifference(difference);
  return (
    <li>
      <span className={classes.grow}>
        <strong>{name}</strong> <span className="faint">· {nameOf(difference)}</span>
        {difference.order_id !== null && (
          <>
            {' '}
            of{' '}
            <Link to="/orders/$orderId" params={{ orderId: difference.order_id }}>
              order {difference.order_id}
            </Link>
          </>
        )}
        <Sides difference={difference} />
        <span className={classes.meaning}>{meaning}</span>
        <Ending difference={difference} />
      </span>
      {difference.state === 'OPEN' && may('resolveReconciliationDifference') && (
        <Button size="compact-xs" variant="default" onClick={onAsk}>
          Resolve
        </Button>
      )}
    </li>
  );
}

interface ResolveDialogProps {
  readonly difference: Difference;
  readonly possible: boolean;
  readonly onClose: () => void;
}

function ResolveDialog({ difference, possible, onClose }: ResolveDialogProps) {
  const client = useQueryClient();
  const { name, meaning } = wordsOfDifference(difference);
  const refresh = () => client.invalidateQueries({ queryKey: ['reconciliation'] });
  return (
    <ActDialog
      title={`Resolve: ${name.toLowerCase()}`}
      consequence={
        <p>
          It is taken off the list, with what you write. No money moves. Found again it stays resolved, until an amount
          of it or our state is another. {meaning}
        </p>
      }
      confirm="Resolve"
      reason="required"
      draft={`difference ${difference.id}`}
      possible={possible}
      act={async ({ reason, key }) => {
        await resolveDifference(difference.id, reason, key);
        tellDone('The difference is resolved.');
        await refresh();
      }}
      onConflict={refresh}
      onClose={onClose}
    />
  );
}

function nameOf({ subject, payment_id: paymentId, refund_id: refundId, gateway }: Difference): string {
  const id = paymentId ?? refundId;
  return id === null ? `${subject} at ${gateway}` : `${subject} ${id} at ${gateway}`;
}

/** What each side says, where it says anything. */
function Sides({ difference }: { readonly difference: Difference }) {
  const { our_state: state, our_amount_minor: ours, our_currency: ourCurrency } = difference;
  const { gateway_reference: reference, their_amount_minor: theirs, their_currency: theirCurrency } = difference;
  return (
    <span className={classes.sides}>
      {ours !== null && ourCurrency !== null && (
        <span>
          Here: <Money minor={ours} currency={ourCurrency} />
          {state !== null && `, ${wordsOf(state).toLowerCase()}`}
        </span>
      )}
      {theirs !== null && theirCurrency !== null && (
        <span>
          There: <Money minor={theirs} currency={theirCurrency} />
          {reference !== null && (
            <>
              , <code>{reference}</code>
            </>
          )}
        </span>
      )}
    </span>
  );
}

function Ending({ difference }: { readonly difference: Difference }) {
  const { resolved_at: at, resolved_by: by, resolution } = difference;
  if (at === null) {
    return (
      <span className="faint">
        First seen <When at={difference.created_at} />, last <When at={difference.last_seen_at} />
        {resolution !== null && `. It was resolved when it was another: ${resolution}`}
      </span>
    );
  }
  return (
    <span className="faint">
      Resolved by {by} <When at={at} />: {resolution}
    </span>
  );
}
