import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ActKeys } from '../../../api/act-keys.ts';
import { moveOrder } from '../../../api/moves.ts';
import { ApiProblem } from '../../../api/problem.ts';
import { orderQuery } from '../../../api/queries.ts';
import type { Order, OrderEvent } from '../../../api/types.ts';
import { wordsOf } from '../../../format/words.ts';
import { ActDialog } from '../../../parts/act-dialog.tsx';
import { useKeys } from '../../../parts/hotkeys.ts';
import { tellDone, tellFailed } from '../../../parts/toast.tsx';
import { useMay } from '../../../shell/me.tsx';
import { actOf } from '../consequences.ts';

/** A button for each event that the API allows for the order now; the first is what usually comes next. */
export function OrderButtons({ order }: { readonly order: Order }) {
  const client = useQueryClient();
  const may = useMay();
  const allowed = order.allowed.filter((event) => may(`${event}Order`));
  const [asked, setAsked] = useState<OrderEvent>();
  const [keys] = useState(() => new ActKeys());
  const [isBusy, setIsBusy] = useState(false);
  const refresh = () => client.invalidateQueries({ queryKey: ['order', order.id] });

  const act = async (event: OrderEvent, reason: string, key: string) => {
    const after = await moveOrder(order, event, reason, key);
    client.setQueryData(orderQuery(order.id).queryKey, after);
    tellDone(`${after.order_number} is ${wordsOf(after.state).toLowerCase()}.`);
    await refresh();
  };
  const press = async (event: OrderEvent) => {
    if (actOf(event, order).asks) {
      setAsked(event);
      return;
    }
    setIsBusy(true);
    try {
      await keys.send(event, (key) => act(event, '', key));
    } catch (error) {
      const isConflict = error instanceof ApiProblem && error.isConflict;
      tellFailed(
        `${order.order_number} was not changed`,
        isConflict ? 'Somebody else changed it a moment ago. You now see it as it is; try again.' : error,
      );
      if (isConflict) await refresh();
    } finally {
      setIsBusy(false);
    }
  };
  const next = allowed.find((event) => !actOf(event, order).dangerous);
  useKeys({
    e: () => {
      if (next !== undefined && !isBusy) void press(next);
    },
  });
  const dialog = asked === undefined ? undefined : actOf(asked, order);

  return (
    <>
      {[...allowed]
        .sort((a, b) => Number(a === next) - Number(b === next))
        .map((event) => {
          const { name, dangerous } = actOf(event, order);
          return (
            <Button
              key={event}
              variant={event === next ? 'filled' : 'default'}
              {...(dangerous ? { c: 'var(--tone-bad-ink)' } : {})}
              loading={isBusy && event === next}
              onClick={() => void press(event)}
            >
              {name}
            </Button>
          );
        })}
      {asked !== undefined && dialog && (
        <ActDialog
          title={`${dialog.name}: ${order.order_number}`}
          consequence={<p>{dialog.consequence}</p>}
          confirm={dialog.name}
          dangerous={dialog.dangerous}
          reason={dialog.reason}
          draft={`order ${order.id} ${asked}`}
          possible={order.allowed.includes(asked)}
          act={({ reason, key }) => act(asked, reason, key)}
          onConflict={refresh}
          onClose={() => {
            setAsked(undefined);
          }}
        />
      )}
    </>
  );
}
