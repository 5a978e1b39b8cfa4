import { Link } from '@tanstack/react-router';
import type { Order } from '../../../api/types.ts';
import { Money } from '../../../format/money.tsx';
import { When } from '../../../format/time.tsx';
import { returnLabel } from '../../../format/words.ts';
import { PrintIcon } from '../../../parts/icons.tsx';
import { Panel } from '../../../parts/page.tsx';
import { StateBadge } from '../../../parts/state-badge.tsx';
import { Units } from '../../../parts/units.tsx';
import { ReturnButtons } from '../../returns/return-buttons.tsx';
import classes from './order.module.css';

export function ReturnsPanel({ order }: { readonly order: Order }) {
  if (order.returns.length === 0) return null;
  return (
    <Panel title="Returns" flush>
      <ul className={classes.list}>
        {order.returns.map((each) => (
          <li key={each.id} id={`return-${each.id}`}>
            <div className={classes.row}>
              <strong>{returnLabel(each.id)}</strong>
              <StateBadge state={each.state} />
              <span className={`faint ${classes.grow ?? ''}`}>
                <When at={each.updated_at} />
              </span>
              <Link
                to="/returns/$returnId/label"
                params={{ returnId: each.id }}
                aria-label={`Print the label of ${returnLabel(each.id)}`}
                title="Print its label"
              >
                <PrintIcon size={15} />
              </Link>
              <ReturnButtons of={each} />
            </div>
            <p className={classes.quote}>{each.reason}</p>
            <p className={classes.note}>
              <Units of={each.items.map((item) => ({ ...item, name: item.title }))} /> · goods{' '}
              <Money minor={each.amount_minor} currency={each.currency} />
            </p>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
