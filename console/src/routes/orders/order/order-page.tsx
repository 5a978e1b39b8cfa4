import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ApiProblem } from '../../../api/problem.ts';
import { orderQuery } from '../../../api/queries.ts';
import type { Order } from '../../../api/types.ts';
import { useKeys } from '../../../parts/hotkeys.ts';
import { PrintIcon, ReturnsIcon } from '../../../parts/icons.tsx';
import { Empty, Failure, Loading } from '../../../parts/outcome.tsx';
import { Page } from '../../../parts/page.tsx';
import { StateBadge } from '../../../parts/state-badge.tsx';
import { useMay } from '../../../shell/me.tsx';
import { CustomerPanel } from './customer-panel.tsx';
import { JobsPanel } from './jobs-panel.tsx';
import { LinesPanel } from './lines-panel.tsx';
import { MoneyPanel } from './money-panel.tsx';
import { OrderButtons } from './order-buttons.tsx';
import { Papers } from './papers.tsx';
import { RecordPanel } from './record-panel.tsx';
import { ReturnsPanel } from './returns-panel.tsx';
import { StartReturn } from './start-return.tsx';
import classes from './order.module.css';

const route = getRouteApi('/orders/$orderId');

export function OrderPage() {
  const { orderId } = route.useParams();
  const { data: order, error, refetch } = useQuery(orderQuery(orderId));
  // Another order is another page: no dialog, and nothing that was typed, goes from one to the other.
  if (order) return <OneOrder key={order.id} order={order} />;
  const isMissing = error instanceof ApiProblem && error.status < 500 && error.status >= 400;
  return (
    <Page title="Order">
      {isMissing && (
        <Empty title={error.message}>
          <Link to="/orders">All orders</Link>
        </Empty>
      )}
      {error !== null && !isMissing && <Failure error={error} retry={refetch} />}
      {error === null && <Loading rows={10} />}
    </Page>
  );
}

function OneOrder({ order }: { readonly order: Order }) {
  const navigate = useNavigate();
  const { start } = route.useSearch();
  const [showsInvoice, setShowsInvoice] = useState(false);
  const may = useMay();
  const isReturnable = may('requestReturn') && order.items.some(({ returnable_quantity: left }) => left > 0);
  const setStart = (next: 'return' | undefined) =>
    void navigate({
      to: '/orders/$orderId',
      params: { orderId: order.id },
      search: next ? { start: next } : {},
      replace: true,
    });
  const printSlip = () => void navigate({ to: '/orders/$orderId/packing-slip', params: { orderId: order.id } });
  useKeys({
    r: () => {
      if (isReturnable) setStart('return');
    },
    i: () => {
      setShowsInvoice((shown) => !shown);
    },
    p: printSlip,
  });

  return (
    <Page
      title={order.order_number}
      heading={
        <>
          <Link to="/orders" className={classes.back} aria-label="All orders">
            Orders
          </Link>
          <span className="faint" aria-hidden="true">
            /
          </span>
          {order.order_number} <StateBadge state={order.state} />
        </>
      }
      actions={
        <>
          <Button variant="default" leftSection={<PrintIcon size={14} />} onClick={printSlip}>
            Packing slip
          </Button>
          {isReturnable && (
            <Button
              variant="default"
              leftSection={<ReturnsIcon size={14} />}
              onClick={() => {
                setStart('return');
              }}
            >
              Start a return
            </Button>
          )}
          <OrderButtons order={order} />
        </>
      }
    >
      <div className={classes.columns}>
        <div>
          <LinesPanel order={order} />
          <ReturnsPanel order={order} />
          <Papers order={order} showsInvoice={showsInvoice} onToggleInvoice={setShowsInvoice} />
          <RecordPanel order={order} />
        </div>
        <div>
          <CustomerPanel order={order} />
          <MoneyPanel order={order} />
          <JobsPanel orderId={order.id} />
        </div>
      </div>
      {start === 'return' && (
        <StartReturn
          order={order}
          onClose={() => {
            setStart(undefined);
          }}
        />
      )}
    </Page>
  );
}
