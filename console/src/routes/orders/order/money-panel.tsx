import type { Order } from '../../../api/types.ts';
import { Money } from '../../../format/money.tsx';
import { Panel } from '../../../parts/page.tsx';
import { useMay } from '../../../shell/me.tsx';
import { Ledger } from './ledger.tsx';
import { PaymentRow } from './payment-row.tsx';
import { RefundRow } from './refund-row.tsx';
import classes from './order.module.css';

/** What the customer owes and why, paid, and got back; each refund with how far it has come; and the books. */
export function MoneyPanel({ order }: { readonly order: Order }) {
  const may = useMay();
  const { currency, payments, refunds } = order;
  const paid = payments.reduce((sum, { captured_minor: captured }) => sum + captured, 0);
  const refunded = sumOf(refunds.filter(({ state }) => state === 'SUCCEEDED'));
  const waiting = sumOf(refunds.filter(({ state }) => state !== 'SUCCEEDED' && state !== 'REJECTED'));
  const parts: readonly (readonly [string, number])[] = [
    ['Discount', -order.discount_minor],
    ['Shipping', order.shipping?.total_minor ?? 0],
    ['Rounding', order.rounding_minor],
  ];
  return (
    <Panel title="Money" flush>
      <ul className={classes.list}>
        <li>
          <dl className={classes.facts}>
            {parts
              .filter(([, minor]) => minor !== 0)
              .map(([name, minor]) => (
                <Fact key={name} name={name} minor={minor} currency={currency} />
              ))}
            <Fact name="Total" minor={order.total_minor} currency={currency} />
            {order.tax_minor > 0 && <Fact name="Of it tax" minor={order.tax_minor} currency={currency} />}
            <Fact name="Paid" minor={paid} currency={currency} />
            {order.outstanding_minor > 0 && (
              <Fact name="Outstanding" minor={order.outstanding_minor} currency={currency} />
            )}
            <Fact name="Refunded" minor={refunded} currency={currency} />
            {waiting > 0 && <Fact name="Refund not made yet" minor={waiting} currency={currency} />}
            <dt className={classes.total}>Kept</dt>
            <dd className={classes.total}>
              <Money minor={paid - refunded} currency={currency} />
            </dd>
          </dl>
        </li>
        {payments.map((payment) => (
          <PaymentRow key={payment.id} order={order} payment={payment} />
        ))}
        {refunds.map((refund) => (
          <RefundRow key={refund.id} refund={refund} />
        ))}
        {may('getOrderLedger') && <Ledger orderId={order.id} />}
      </ul>
    </Panel>
  );
}

function sumOf(refunds: Order['refunds']): number {
  return refunds.reduce((sum, { amount_minor: amount }) => sum + amount, 0);
}

function Fact({ name, minor, currency }: { readonly name: string; readonly minor: number; readonly currency: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <Money minor={minor} currency={currency} />
      </dd>
    </>
  );
}
