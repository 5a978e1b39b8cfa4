import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { moveRefund, recordRefund } from '../../../api/moves.ts';
import type { Refund } from '../../../api/types.ts';
import { useMoney } from '../../../format/money.tsx';
import { wordsOf } from '../../../format/words.ts';
import { ActDialog, type Question } from '../../../parts/act-dialog.tsx';
import { tellDone } from '../../../parts/toast.tsx';
import { useMay, useMe } from '../../../shell/me.tsx';

export type RefundEvent = Refund['allowed'][number];

/** What a button says and does. */
interface Act {
  readonly name: string;
  readonly consequence: string;
  readonly reason: 'optional' | 'required';
  readonly question?: Question;
}

function actOf(event: RefundEvent, amount: string, attempt: number): Act {
  switch (event) {
    case 'retry':
      return {
        name: 'Send again',
        consequence: `${amount} is sent to the payment gateway as attempt ${attempt + 1}. The one before was declined, so nothing is paid twice.`,
        reason: 'optional',
      };
    case 'record':
      return {
        name: 'Paid elsewhere',
        consequence: `For when you have paid the ${amount} some other way, such as by bank transfer. The gateway is not asked for it any more, and this is final.`,
        reason: 'optional',
        question: {
          label: 'Reference of the payment',
          description: 'What it is called where you made it',
          maxLength: 200,
        },
      };
    case 'approve':
      return { name: 'Approve', consequence: `${amount} goes back to the customer.`, reason: 'optional' };
    case 'reject':
      return { name: 'Reject', consequence: `${amount} is not paid back.`, reason: 'required' };
  }
}

interface RefundButtonsProps {
  readonly refund: Refund;
  readonly onAsk: (event: RefundEvent) => void;
}

/** A button for each thing that the API lets this person do about the refund. */
export function RefundButtons({ refund, onAsk }: RefundButtonsProps) {
  const money = useMoney();
  const may = useMay();
  const { actor } = useMe();
  const amount = money(refund.amount_minor, refund.currency);
  return (
    <>
      {refund.allowed
        .filter((event) => may(`${event}Refund`))
        // Four eyes: whoever asked for a refund is refused, were they to approve it.
        .filter((event) => event !== 'approve' || refund.requested_by !== actor)
        .map((event) => (
          <Button
            key={event}
            size="compact-xs"
            variant="light"
            onClick={() => {
              onAsk(event);
            }}
          >
            {actOf(event, amount, refund.attempt).name}
          </Button>
        ))}
    </>
  );
}

interface RefundDialogProps {
  readonly refund: Refund;
  readonly event: RefundEvent;
  /** Where the refund was shown, it is no more. */
  readonly isGone?: boolean;
  readonly onClose: () => void;
}

/** Asks before something is done about a refund. Where a list may lose the refund, it belongs above the list. */
export function RefundDialog({ refund, event, isGone = false, onClose }: RefundDialogProps) {
  const client = useQueryClient();
  const money = useMoney();
  const refresh = () =>
    Promise.all(
      [['order', refund.order_id], ['refunds'], ['overview']].map((queryKey) => client.invalidateQueries({ queryKey })),
    );
  const amount = money(refund.amount_minor, refund.currency);
  const act = actOf(event, amount, refund.attempt);
  return (
    <ActDialog
      title={`${act.name}: refund of ${amount}`}
      consequence={<p>{act.consequence}</p>}
      confirm={act.name}
      reason={act.reason}
      draft={`refund ${refund.id} ${event}`}
      possible={!isGone && refund.allowed.includes(event)}
      question={act.question}
      act={async ({ reason, answer, key }) => {
        const after =
          event === 'record'
            ? await recordRefund(refund.id, answer, reason, key)
            : await moveRefund(refund.id, event, reason, key);
        tellDone(`The refund is ${wordsOf(after.state).toLowerCase()}.`);
        await refresh();
      }}
      onConflict={refresh}
      onClose={onClose}
    />
  );
}
