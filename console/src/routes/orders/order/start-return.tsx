import { Alert, Button, Group, Textarea } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { newKey } from '../../../api/client.ts';
import { requestReturn } from '../../../api/moves.ts';
import { ApiProblem, reasonOf } from '../../../api/problem.ts';
import type { Order, OrderItem } from '../../../api/types.ts';
import { returnLabel } from '../../../format/words.ts';
import { Dialog } from '../../../parts/dialog.tsx';
import { useDraft } from '../../../parts/draft.ts';
import { tellDone, tellFailed } from '../../../parts/toast.tsx';
import { ReturnLines } from './return-lines.tsx';
import { ReturnPreview } from './return-preview.tsx';
import classes from './order.module.css';

interface Draft {
  readonly reason: string;
  /** Units by line. */
  readonly units: Readonly<Record<string, number>>;
}

interface Sending {
  readonly key: string;
  /** It went out, and nobody knows whether it arrived. */
  readonly isUnanswered: boolean;
}

const unsent = (): Sending => ({ key: newKey(), isUnanswered: false });

const EMPTY: Draft = { reason: '', units: {} };

/** Takes a return for the customer, with what it would refund beside it. What was typed stays until it was sent. */
export function StartReturn({ order, onClose }: { readonly order: Order; readonly onClose: () => void }) {
  const client = useQueryClient();
  const [draft, setDraft, clearDraft] = useDraft(`return of ${order.id}`, EMPTY);
  // One key for this return, however often it has to be sent; kept with it, so that closing the dialog makes no other.
  const [sending, setSending] = useDraft(`sending of a return of ${order.id}`, unsent());
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  // For an answer that comes when somebody has gone on to another page.
  const isShown = useRef(false);
  useEffect(() => {
    isShown.current = true;
    return () => {
      isShown.current = false;
    };
  }, []);
  const setUnits = useCallback(
    (itemId: number, units: number) => {
      setDraft((before) => ({ ...before, units: { ...before.units, [itemId]: units } }));
    },
    [setDraft],
  );
  // Until there is an answer it goes out as it was: it may be what has used up the units that are left.
  const unitsOf = ({ id, returnable_quantity: left }: OrderItem) =>
    sending.isUnanswered ? (draft.units[id] ?? 0) : Math.min(draft.units[id] ?? 0, left);
  const items = order.items.flatMap((item) => {
    const { id } = item;
    const quantity = unitsOf(item);
    return quantity > 0 ? [{ order_item_id: id, quantity }] : [];
  });
  const isReady = items.length > 0 && draft.reason.trim() !== '';

  const submit = async () => {
    if (!isReady || isBusy) return;
    setIsBusy(true);
    setProblem(undefined);
    setSending({ ...sending, isUnanswered: true });
    try {
      const made = await requestReturn(order, { reason: draft.reason.trim(), items }, sending.key);
      clearDraft();
      setSending(unsent());
      tellDone(`${returnLabel(made.id)} was requested.`);
      await client.invalidateQueries({ queryKey: ['order', order.id] });
      if (isShown.current) onClose();
    } catch (error) {
      if (!isShown.current) tellFailed(`The return of ${order.order_number} is not confirmed`, error);
      if (error instanceof ApiProblem && error.isConflict) {
        await client.invalidateQueries({ queryKey: ['order', order.id] });
        setProblem(
          'Somebody else changed the order a moment ago, so nothing was sent. What can be returned is shown as it is now; what you typed is kept.',
        );
      } else if (error instanceof ApiProblem && error.code === 'idempotency.key_reused') {
        await client.invalidateQueries({ queryKey: ['order', order.id] });
        setProblem(
          'Something else was sent before, and its answer was lost. The order is shown as it is now: see whether the return is there.',
        );
      } else setProblem(reasonOf(error));
      // A refusal was stored under its key; what is sent next is another request. Where nobody knows whether it was done,
      // it is the same one.
      if (error instanceof ApiProblem && error.isRefusal) setSending(unsent());
    } finally {
      setIsBusy(false);
    }
  };

  // What is on its way cannot be called back: whoever has sent it sees what comes of it.
  const close = () => {
    if (!isBusy) onClose();
  };

  return (
    <Dialog onClose={close} size="xl" title={`Start a return of ${order.order_number}`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {problem !== undefined && (
          <Alert color="red" variant="outline" mb="sm" role="alert">
            {problem}
          </Alert>
        )}
        <div className={classes.beside}>
          <div>
            <ReturnLines items={order.items} unitsOf={unitsOf} setUnits={setUnits} />
            <Textarea
              mt="sm"
              label="Why it comes back"
              required
              data-autofocus
              autosize
              minRows={2}
              maxLength={1_000}
              value={draft.reason}
              onChange={(event) => {
                setDraft({ ...draft, reason: event.currentTarget.value });
              }}
            />
          </div>
          <ReturnPreview order={order} items={items} />
        </div>
        <Group justify="flex-end" gap="xs" mt="md">
          <Button variant="default" disabled={isBusy} onClick={close}>
            Keep for later
          </Button>
          <Button type="submit" loading={isBusy} disabled={!isReady}>
            Request the return
          </Button>
        </Group>
      </form>
    </Dialog>
  );
}
