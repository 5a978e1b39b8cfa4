import { Button, Textarea } from '@mantine/core';
import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { moveReturn } from '../../api/moves.ts';
import { returnQuery } from '../../api/queries.ts';
import type { Return, ReturnEvent } from '../../api/types.ts';
import { Money, useMoney } from '../../format/money.tsx';
import { counted, returnLabel } from '../../format/words.ts';
import { useDraft } from '../../parts/draft.ts';
import { Failure } from '../../parts/outcome.tsx';
import { RunMany } from '../../parts/run-many.tsx';
import { useMay } from '../../shell/me.tsx';
import { returnActOf } from './return-acts.ts';
import bar from '../orders/orders.module.css';

interface ReturnsBulkBarProps {
  readonly returns: readonly Return[];
  readonly onDone: () => void;
}

/** What can be done to the selected returns: each event that the API allows for some of them. */
export function ReturnsBulkBar({ returns, onDone }: ReturnsBulkBarProps) {
  const [event, setEvent] = useState<ReturnEvent>();
  const may = useMay();
  if (returns.length === 0 && event === undefined) return null;
  const events = [...new Set(returns.flatMap(({ allowed }) => allowed))].filter((each) => may(`${each}Return`));
  const allowing = (which: ReturnEvent) => returns.filter(({ allowed }) => allowed.includes(which));
  const possible = (which: ReturnEvent) => (which === 'complete' ? firstOfEachOrder(allowing(which)) : allowing(which));
  return (
    <>
      <div className={bar.bulk} role="region" aria-label="Selected returns">
        <strong>{counted(returns.length, 'return')} selected</strong>
        {events.map((each) => (
          <Button
            key={each}
            variant={returnActOf(each).dangerous ? 'default' : 'light'}
            onClick={() => {
              setEvent(each);
            }}
          >
            {returnActOf(each).name} ({possible(each).length})
          </Button>
        ))}
        <Button variant="subtle" color="gray" onClick={onDone}>
          Select none
        </Button>
      </div>
      {event !== undefined && (
        <ManyReturns
          event={event}
          returns={possible(event)}
          leftOut={allowing(event).length - possible(event).length}
          onClose={(allDone) => {
            setEvent(undefined);
            if (allDone) onDone();
          }}
        />
      )}
    </>
  );
}

/**
 * What a return refunds depends on what was completed of its order before: the next of an order is completed once it
 * shows its own sum again.
 */
function firstOfEachOrder(returns: readonly Return[]): readonly Return[] {
  return returns.filter(
    ({ order_id: orderId }, index) => returns.findIndex((each) => each.order_id === orderId) === index,
  );
}

interface Moves {
  readonly move: (seen: Return, reason: string, key: string) => Promise<Return>;
  /** Goes on from the version that the return's order has now. */
  readonly goOnFrom: (now: Return) => void;
}

/** Moves returns, those of one order one after the other: each on the version that the one before has left. */
function movesInTurn(event: ReturnEvent): Moves {
  const versionOf = new Map<number, Promise<number>>();
  const move = (seen: Return, reason: string, key: string): Promise<Return> => {
    const before = versionOf.get(seen.order_id) ?? Promise.resolve(seen.version);
    const moved = before.then((version) => moveReturn({ id: seen.id, version }, event, reason, key));
    const after = moved.then(
      ({ version }) => version,
      () => before,
    );
    versionOf.set(seen.order_id, after);
    return moved;
  };
  const goOnFrom = (now: Return) => {
    versionOf.set(now.order_id, Promise.resolve(now.version));
  };
  return { move, goOnFrom };
}

interface ManyReturnsProps {
  readonly event: ReturnEvent;
  readonly returns: readonly Return[];
  /** Selected as well, and left for later. */
  readonly leftOut: number;
  readonly onClose: (allDone: boolean) => void;
}

function ManyReturns({ event, returns, onClose, ...props }: ManyReturnsProps) {
  const client = useQueryClient();
  // As the list was when the dialog opened.
  const [leftOut] = useState(props.leftOut);
  const [ids] = useState(() => returns.map(({ id }) => id).toSorted((one, other) => one - other));
  // Why others were turned down says nothing of these.
  const [reason, setReason, clearReason] = useDraft(`returns ${ids.join(' ')} ${event}`, '');
  const isAnyDone = useRef(false);
  const [{ move, goOnFrom }] = useState(() => movesInTurn(event));
  const due = useRefundsDue(returns, event === 'complete');
  const act = returnActOf(event, { refund: `Together ${due.total ?? '…'}` });
  return (
    <RunMany
      title={`${act.name}: ${counted(returns.length, 'return')}`}
      consequence={
        <>
          <p>{due.total === undefined ? 'What goes back is being worked out…' : act.consequence}</p>
          {leftOut > 0 && (
            <p>
              {counted(leftOut, 'return')} of the same orders {leftOut === 1 ? 'is' : 'are'} left for afterwards: what
              they refund depends on these.
            </p>
          )}
          {due.awaiting > 0 && (
            <p>
              {counted(due.awaiting, 'return')} of them cannot be completed yet: a refund of the order awaits approval,
              and is decided on first.
            </p>
          )}
          {due.error !== null && <Failure error={due.error} retry={due.retry} />}
        </>
      }
      confirm={`${act.name} (${returns.length})`}
      dangerous={act.dangerous}
      typed={reason}
      ready={due.total !== undefined && (act.reason !== 'required' || reason.trim() !== '')}
      fields={
        act.reason !== 'none' && (
          <Textarea
            label={act.reason === 'required' ? 'Reason, for each of them' : 'Reason (optional)'}
            required={act.reason === 'required'}
            data-autofocus
            autosize
            minRows={2}
            maxLength={1_000}
            value={reason}
            onChange={(change) => {
              setReason(change.currentTarget.value);
            }}
          />
        )
      }
      tasks={returns.map((each) => ({
        id: each.id,
        name: <ReturnName of={each} isCompleted={event === 'complete'} />,
        run: async (typed, key) => {
          await move(each, typed, key);
          isAnyDone.current = true;
        },
        // What it refunds may have changed as well: the row shows it before it is tried again.
        onConflict: async () => {
          goOnFrom(await client.query({ ...returnQuery(each.id), staleTime: 0 }));
        },
      }))}
      onClose={(allDone) => {
        if (isAnyDone.current) clearReason();
        for (const queryKey of [['returns'], ['order'], ['overview']]) void client.invalidateQueries({ queryKey });
        onClose(allDone);
      }}
    />
  );
}

/** With the exact refund, where it is about that. */
function ReturnName({ of, isCompleted }: { readonly of: Return; readonly isCompleted: boolean }) {
  const { data } = useQuery({ ...returnQuery(of.id), enabled: isCompleted, staleTime: Infinity });
  const minor = isCompleted ? data?.refund_due?.total_minor : of.amount_minor;
  return (
    <>
      {returnLabel(of.id)} · {of.order_number}
      {minor !== undefined && (
        <>
          {' '}
          · {!isCompleted && 'goods '}
          <Money minor={minor} currency={of.currency} />
        </>
      )}
    </>
  );
}

interface RefundsDue {
  /** Undefined: not all of it is read yet. */
  readonly total: string | undefined;
  /** Of the returns, those that are refused until a refund of their order is decided on. */
  readonly awaiting: number;
  readonly error: Error | null;
  readonly retry: () => void;
}

/** What completing the returns refunds together, by currency, as the API says it of each: with tax, discounts and shipping. */
function useRefundsDue(returns: readonly Return[], isCompleted: boolean): RefundsDue {
  const money = useMoney();
  // What was selected when the dialog opened, as it is then: it is not read anew while the returns are completed.
  const [selected] = useState(returns);
  const read = useQueries({
    queries: (isCompleted ? selected : []).map(({ id }) => ({ ...returnQuery(id), staleTime: Infinity })),
  });
  const sums = new Map<string, number>();
  const awaitsDecision = ({ refund_due: due }: Return) => (due?.awaits_refund_ids.length ?? 0) > 0;
  for (const { data } of read) {
    if (data && !awaitsDecision(data))
      sums.set(data.currency, (sums.get(data.currency) ?? 0) + (data.refund_due?.total_minor ?? 0));
  }
  const isWhole = read.every(({ data }) => data !== undefined);
  return {
    total: isWhole ? [...sums].map(([currency, sum]) => money(sum, currency)).join(' and ') : undefined,
    awaiting: read.filter(({ data }) => data && awaitsDecision(data)).length,
    error: read.find(({ error }) => error)?.error ?? null,
    retry: () => {
      for (const each of read) if (each.error) void each.refetch();
    },
  };
}
