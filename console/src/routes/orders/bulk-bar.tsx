import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { moveOrder } from '../../api/moves.ts';
import { orderQuery } from '../../api/queries.ts';
import type { Order, OrderEvent, OrderSummary } from '../../api/types.ts';
import { useMoney } from '../../format/money.tsx';
import { counted } from '../../format/words.ts';
import { PrintIcon } from '../../parts/icons.tsx';
import { RunMany } from '../../parts/run-many.tsx';
import { useMay } from '../../shell/me.tsx';
import { actOf } from './consequences.ts';
import { fetchPdf, invoicePdfPath, printPdfs } from './pdfs.ts';
import classes from './orders.module.css';

interface BulkBarProps {
  readonly orders: readonly OrderSummary[];
  readonly onDone: () => void;
}

/** What can be done to the selected orders: each event that the API allows for some of them. */
export function BulkBar({ orders, onDone }: BulkBarProps) {
  const [event, setEvent] = useState<OrderEvent>();
  const [printing, setPrinting] = useState<readonly OrderSummary[]>();
  const may = useMay();
  if (orders.length === 0 && event === undefined && printing === undefined) return null;
  const events = [...new Set(orders.flatMap(({ allowed }) => allowed))].filter((each) => may(`${each}Order`));
  const possible = (which: OrderEvent) => orders.filter(({ allowed }) => allowed.includes(which));
  // Only what was shipped has an invoice; the rest would only fill the list with failures.
  const invoiced = orders.filter(({ state }) => state === 'SHIPPED' || state === 'DELIVERED');

  return (
    <>
      <div className={classes.bulk} role="region" aria-label="Selected orders">
        <strong>{counted(orders.length, 'order')} selected</strong>
        {events.map((each) => (
          <Button
            key={each}
            variant={actOf(each).dangerous ? 'default' : 'light'}
            onClick={() => {
              setEvent(each);
            }}
          >
            {actOf(each).name} ({possible(each).length})
          </Button>
        ))}
        {invoiced.length > 0 && (
          <Button
            variant="light"
            leftSection={<PrintIcon size={14} />}
            onClick={() => {
              setPrinting(invoiced);
            }}
          >
            Print invoices ({invoiced.length})
          </Button>
        )}
        <Button variant="subtle" color="gray" onClick={onDone}>
          Select none
        </Button>
      </div>
      {event !== undefined && (
        <ManyOrders
          event={event}
          orders={possible(event)}
          onClose={(allDone) => {
            setEvent(undefined);
            if (allDone) onDone();
          }}
        />
      )}
      {printing && (
        <PrintDialog
          orders={printing}
          onClose={() => {
            setPrinting(undefined);
          }}
        />
      )}
    </>
  );
}

interface ManyOrdersProps {
  readonly event: OrderEvent;
  readonly orders: readonly OrderSummary[];
  readonly onClose: (allDone: boolean) => void;
}

function ManyOrders({ event, orders, onClose }: ManyOrdersProps) {
  const client = useQueryClient();
  const money = useMoney();
  // Those that somebody else had changed, as they were then.
  const [changed] = useState(() => new Map<number, Order>());
  const { name, consequence, dangerous } = actOf(event);
  return (
    <RunMany
      title={`${name}: ${counted(orders.length, 'order')}`}
      consequence={<p>{consequence}</p>}
      confirm={`${name} (${orders.length})`}
      dangerous={dangerous}
      tasks={orders.map((order) => ({
        id: order.id,
        name: `${order.order_number} · ${money(order.total_minor, order.currency)}`,
        run: (_typed, key) => moveOrder(changed.get(order.id) ?? order, event, '', key),
        onConflict: async () => changed.set(order.id, await client.query({ ...orderQuery(order.id), staleTime: 0 })),
      }))}
      onClose={(allDone) => {
        for (const queryKey of [['orders'], ['order'], ['overview']]) void client.invalidateQueries({ queryKey });
        onClose(allDone);
      }}
    />
  );
}

function PrintDialog({ orders, onClose }: { readonly orders: readonly OrderSummary[]; readonly onClose: () => void }) {
  const [pdfs] = useState(() => new Map<number, ArrayBuffer>());
  return (
    <RunMany
      title={`Print ${counted(orders.length, 'invoice')}`}
      consequence={<p>The invoices are put together into one document, which opens when all are there.</p>}
      confirm="Put together"
      tasks={orders.map(({ id, order_number: number }) => ({
        id,
        name: number,
        run: async () => {
          pdfs.set(id, await fetchPdf(invoicePdfPath(id)));
        },
      }))}
      onClose={() => {
        const inOrder = orders.flatMap(({ id }) => pdfs.get(id) ?? []);
        if (inOrder.length > 0) void printPdfs(inOrder);
        onClose();
      }}
    />
  );
}
