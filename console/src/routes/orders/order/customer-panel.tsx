import { Link } from '@tanstack/react-router';
import type { Order } from '../../../api/types.ts';
import { When } from '../../../format/time.tsx';
import { Panel } from '../../../parts/page.tsx';
import classes from './order.module.css';

export function CustomerPanel({ order }: { readonly order: Order }) {
  return (
    <Panel title="Customer">
      <dl className={classes.facts}>
        <dt>Customer</dt>
        <dd>
          <Link to="/orders" search={{ customer: order.customer_id }} title="All orders of this customer">
            {order.customer_id}
          </Link>
        </dd>
        {order.customer_email !== null && (
          <>
            <dt>E-mail</dt>
            <dd>
              <a href={`mailto:${order.customer_email}`}>{order.customer_email}</a>
            </dd>
          </>
        )}
        <dt>Placed</dt>
        <dd>
          <When at={order.placed_at} exact />
        </dd>
        <dt>Changed</dt>
        <dd>
          <When at={order.updated_at} />
        </dd>
        <dt>Id, version</dt>
        <dd className="figure">
          {order.id}, {order.version}
        </dd>
      </dl>
    </Panel>
  );
}
