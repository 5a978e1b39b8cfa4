import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { orderQuery } from '../../../api/queries.ts';
import { When } from '../../../format/time.tsx';
import { Loaded } from '../../../parts/outcome.tsx';
import { Paper } from '../../../parts/paper.tsx';
import classes from '../../../parts/paper.module.css';

const route = getRouteApi('/orders/$orderId/packing-slip');

/** What the packer goes by: no prices, and a box to tick for each line. */
export function PackingSlip() {
  const { orderId } = route.useParams();
  const order = useQuery(orderQuery(orderId));
  return (
    <Loaded query={order}>
      {({ order_number: number, customer_id: customer, placed_at: placedAt, items }) => (
        <Paper
          title="Packing slip"
          code={number}
          back={
            <Link to="/orders/$orderId" params={{ orderId }}>
              {number}
            </Link>
          }
          facts={
            <>
              <p>Order {number}</p>
              <p>Customer {customer}</p>
              <p>
                Placed <When at={placedAt} exact />
              </p>
            </>
          }
        >
          <table>
            <thead>
              <tr>
                <th scope="col">SKU</th>
                <th scope="col">Item</th>
                <th scope="col" className={classes.tick}>
                  Units
                </th>
                <th scope="col" className={classes.tick}>
                  Packed
                </th>
              </tr>
            </thead>
            <tbody>
              {items.map((item) => (
                <tr key={item.id}>
                  <td className="mono">{item.sku}</td>
                  <td>{item.title}</td>
                  <td className={classes.tick}>
                    <strong>{item.quantity}</strong>
                  </td>
                  <td className={classes.tick}>
                    <span className={classes.box} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Paper>
      )}
    </Loaded>
  );
}
