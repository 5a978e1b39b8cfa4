import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { answerOf, api } from '../../../api/client.ts';
import type { Order } from '../../../api/types.ts';
import { Loaded } from '../../../parts/outcome.tsx';
import { DueTable } from '../../returns/refund-due.tsx';
import classes from './order.module.css';

interface ReturnPreviewProps {
  readonly order: Order;
  readonly items: readonly { readonly order_item_id: number; readonly quantity: number }[];
}

/** What the return would refund once it is completed, as the API works it out: taxes and discounts included. */
export function ReturnPreview({ order, items }: ReturnPreviewProps) {
  const preview = useQuery({
    queryKey: ['order', order.id, 'preview', items],
    queryFn: ({ signal }) =>
      answerOf(
        api.POST('/v1/orders/{id}/returns/preview', {
          params: { path: { id: order.id } },
          body: { items: [...items] },
          signal,
        }),
      ),
    enabled: items.length > 0,
    placeholderData: keepPreviousData,
  });
  const titles = new Map(order.items.map(({ id, title }) => [id, title]));
  return (
    <aside className={classes.preview} aria-label="What it refunds">
      <h3>What it refunds</h3>
      {items.length === 0 ? (
        <p className="faint">Say how many units come back.</p>
      ) : (
        <Loaded query={preview} rows={2}>
          {(due) => (
            <>
              <div className={classes.due} aria-busy={preview.isPlaceholderData}>
                <DueTable due={due} currency={order.currency} titleOf={(id) => titles.get(id) ?? ''} />
              </div>
              {preview.isPlaceholderData && <p role="status">What goes back is being worked out…</p>}
            </>
          )}
        </Loaded>
      )}
    </aside>
  );
}
