import { Link } from '@tanstack/react-router';
import type { Order } from '../../../api/types.ts';
import { Money } from '../../../format/money.tsx';
import { counted } from '../../../format/words.ts';
import { Panel } from '../../../parts/page.tsx';
import classes from './order.module.css';

export function LinesPanel({ order }: { readonly order: Order }) {
  const units = order.items.reduce((sum, { quantity }) => sum + quantity, 0);
  // An order ships whole: what has left the warehouse is all of it or nothing, and its invoice says which.
  const isShipped = order.invoice !== null;
  return (
    <Panel
      title="Lines"
      flush
      aside={
        <span className="faint">
          {counted(order.items.length, 'line')}, {counted(units, 'unit')}
        </span>
      }
    >
      <table className={classes.lines}>
        <thead>
          <tr>
            <th scope="col">Item</th>
            <th scope="col" className={classes.number}>
              Bought
            </th>
            <th scope="col" className={`${classes.number} ${classes.extra}`}>
              Shipped
            </th>
            <th scope="col" className={classes.number}>
              Returned
            </th>
            <th scope="col" className={`${classes.number} ${classes.extra}`}>
              Each
            </th>
            <th scope="col" className={classes.number}>
              Amount
            </th>
          </tr>
        </thead>
        <tbody>
          {order.items.map((item) => (
            <tr key={item.id}>
              <td>
                {item.title}
                <div>
                  <Link to="/orders" search={{ sku: item.sku }} className={classes.sku} title="Orders with this SKU">
                    {item.sku}
                  </Link>
                </div>
              </td>
              <td className={classes.number}>{item.quantity}</td>
              <td className={`${classes.number} ${classes.extra}`}>{isShipped ? item.quantity : 0}</td>
              <td className={classes.number}>{item.returned_quantity}</td>
              <td className={`${classes.number} ${classes.extra}`}>
                <Money minor={item.unit_price_minor} currency={order.currency} />
              </td>
              <td className={classes.number}>
                <Money minor={item.total_minor} currency={order.currency} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
