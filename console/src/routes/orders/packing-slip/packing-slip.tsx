import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { orderQuery } from '../../../api/queries.ts';
import { When } from '../../../format/time.tsx';
import { Loaded } from '../../../parts/outcome.tsx';
import { Paper, TickedLines } from '../../../parts/paper.tsx';

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
          <TickedLines items={items} ticked="Packed" />
        </Paper>
      )}
    </Loaded>
  );
}
