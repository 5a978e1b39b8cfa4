import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { movePayment, type PaymentAct } from '../../../api/moves.ts';
import type { Order, Payment } from '../../../api/types.ts';
import { Money, useMoney } from '../../../format/money.tsx';
import { When } from '../../../format/time.tsx';
import { wordsOf } from '../../../format/words.ts';
import { ActDialog } from '../../../parts/act-dialog.tsx';
import { StateBadge } from '../../../parts/state-badge.tsx';
import { tellDone } from '../../../parts/toast.tsx';
import { useMay } from '../../../shell/me.tsx';
import classes from './order.module.css';

interface Act {
  readonly name: string;
  readonly consequence: string;
  readonly told: string;
}

const OPERATIONS = { capture: 'capturePayment', void: 'voidPayment' } as const;

function actOf(act: PaymentAct, amount: string, { state }: Payment): Act {
  switch (act) {
    case 'capture':
      return {
        name: 'Capture',
        consequence: `The gateway takes the whole ${amount} from the customer. A part of it is captured through the API.`,
        told: 'The gateway is asked to capture it.',
      };
    case 'void':
      return {
        name: 'Void',
        consequence:
          state === 'PENDING'
            ? `The gateway is asked how far the payment of ${amount} has come: what it has not taken on fails here, what it has authorised is given up, and what it has captured counts as paid.`
            : `The gateway gives the authorisation of ${amount} up: nothing can be captured of it any more.`,
        told: 'The gateway is asked to void it.',
      };
  }
}

function isAct(event: Payment['allowed'][number]): event is PaymentAct {
  return event === 'capture' || event === 'void';
}

interface PaymentRowProps {
  readonly order: Order;
  readonly payment: Payment;
}

/** One payment with how far it has come, and a button for each thing that the API lets a person do about it. */
export function PaymentRow({ order, payment }: PaymentRowProps) {
  const [asked, setAsked] = useState<PaymentAct>();
  const client = useQueryClient();
  const money = useMoney();
  const may = useMay();
  const refresh = () => client.invalidateQueries({ queryKey: ['order', order.id] });
  const amount = money(payment.amount_minor, payment.currency);
  const acts = payment.allowed.filter(isAct).filter((each) => may(OPERATIONS[each]));
  const act = asked === undefined ? undefined : actOf(asked, amount, payment);
  return (
    <li>
      <div className={classes.row}>
        <span className={classes.grow}>Payment: {wordsOf(payment.method).toLowerCase()}</span>
        <Money minor={payment.amount_minor} currency={payment.currency} />
      </div>
      <div className={classes.row}>
        <StateBadge state={payment.state} />
        <span className={`faint ${classes.grow ?? ''}`}>
          <When at={payment.created_at} exact />
        </span>
        {acts.map((each) => (
          <Button
            key={each}
            size="compact-xs"
            variant={each === 'void' ? 'default' : 'light'}
            onClick={() => {
              setAsked(each);
            }}
          >
            {actOf(each, amount, payment).name}
          </Button>
        ))}
      </div>
      {payment.intent !== null && (
        <p className="faint">The gateway is asked to {payment.intent} it, and has not answered yet.</p>
      )}
      {payment.capture_minor !== null && (
        <p className="faint">
          <Money minor={payment.capture_minor} currency={payment.currency} /> of it{' '}
          {payment.state === 'CAPTURED' ? 'was captured' : 'is to be captured'}; the rest is released.
        </p>
      )}
      {payment.failure_message !== null && <p className={classes.bad}>{payment.failure_message}</p>}
      {asked !== undefined && act && (
        <ActDialog
          title={`${act.name}: payment of ${amount}`}
          consequence={<p>{act.consequence}</p>}
          confirm={act.name}
          dangerous={asked === 'void'}
          reason="optional"
          draft={`payment ${payment.id} ${asked}`}
          possible={payment.allowed.includes(asked)}
          act={async ({ reason, key }) => {
            await movePayment(order, payment.id, asked, reason, key);
            tellDone(act.told);
            await refresh();
          }}
          onConflict={refresh}
          onClose={() => {
            setAsked(undefined);
          }}
        />
      )}
    </li>
  );
}
