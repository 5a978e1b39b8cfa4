import { useQuery } from '@tanstack/react-query';
import { returnQuery } from '../../api/queries.ts';
import type { RefundDue as Due, Return } from '../../api/types.ts';
import { Money } from '../../format/money.tsx';
import { wordsOf } from '../../format/words.ts';
import { Loaded } from '../../parts/outcome.tsx';
import classes from './returns.module.css';

/** What completing the return refunds now, to the last unit, as the API says it. */
export function RefundDue({ of }: { readonly of: Return }) {
  const whole = useQuery({ ...returnQuery(of.id), enabled: of.refund_due === undefined });
  if (of.refund_due !== undefined) return <Figures of={of} due={of.refund_due} />;
  return <Loaded query={whole}>{(read) => <Figures of={of} due={read.refund_due ?? null} />}</Loaded>;
}

function Figures({ of, due }: { readonly of: Return; readonly due: Due | null }) {
  if (!due) return <p className="faint">Nothing is refunded.</p>;
  const titles = new Map(of.items.map((item) => [item.order_item_id, item.title]));
  return <DueTable due={due} currency={of.currency} titleOf={(id) => titles.get(id) ?? ''} />;
}

interface DueTableProps {
  readonly due: Due;
  readonly currency: string;
  readonly titleOf: (orderItemId: number) => string;
}

export function DueTable({ due, currency, titleOf }: DueTableProps) {
  const row = (name: string, minor: number) => (
    <tr key={name}>
      <td>{name}</td>
      <td>
        <Money minor={minor} currency={currency} />
      </td>
    </tr>
  );
  const awaits = due.awaits_refund_ids.length > 0;
  return (
    <>
      <table className={classes.due}>
        <caption className="visually-hidden">What is refunded</caption>
        <tbody>
          {due.lines.map(({ order_item_id: id, quantity, total_minor: total, tax_minor: tax, discount_minor: off }) => (
            <tr key={id}>
              <td>
                {quantity} × <bdi>{titleOf(id)}</bdi>
                {(tax > 0 || off > 0) && (
                  <div className="faint">
                    {off > 0 && (
                      <>
                        <Money minor={off} currency={currency} /> discount taken off{tax > 0 && ', '}
                      </>
                    )}
                    {tax > 0 && (
                      <>
                        with <Money minor={tax} currency={currency} /> tax
                      </>
                    )}
                  </div>
                )}
              </td>
              <td>
                <Money minor={total} currency={currency} />
              </td>
            </tr>
          ))}
          {due.shipping && row('Shipping', due.shipping.total_minor)}
          {due.rounding_minor !== 0 && row('Rounding', due.rounding_minor)}
          {due.deductions.map(({ kind, description, amount_minor: amount }) =>
            row(description || wordsOf(kind), -amount),
          )}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Refund</th>
            <td>
              <Money minor={due.total_minor} currency={currency} />
            </td>
          </tr>
        </tfoot>
      </table>
      {awaits && (
        <p role="status">
          A refund that awaits approval needs part of this money. Have it approved or rejected on the order first: the
          return cannot be completed before, and this is what it refunds if it is rejected.
        </p>
      )}
    </>
  );
}
