import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { returnQuery } from '../../../api/queries.ts';
import { When } from '../../../format/time.tsx';
import { returnLabel } from '../../../format/words.ts';
import { Loaded } from '../../../parts/outcome.tsx';
import { Paper, TickedLines } from '../../../parts/paper.tsx';

const route = getRouteApi('/returns/$returnId/label');

/** Goes into the parcel that comes back; its bar code is what the warehouse scans. */
export function ReturnLabel() {
  const { returnId } = route.useParams();
  const found = useQuery(returnQuery(returnId));
  return (
    <Loaded query={found}>
      {({ id, order_id: orderId, order_number: number, customer_id: customer, created_at: at, items, reason }) => (
        <Paper
          title="Return"
          code={returnLabel(id)}
          back={
            <Link to="/orders/$orderId" params={{ orderId }}>
              {number}
            </Link>
          }
          facts={
            <>
              <p>Return {returnLabel(id)}</p>
              <p>Of order {number}</p>
              <p>Customer {customer}</p>
              <p>
                Requested <When at={at} exact />
              </p>
            </>
          }
        >
          <p>{reason}</p>
          <TickedLines items={items} ticked="Inside" />
          <p>Put this sheet into the parcel and send it to:</p>
        </Paper>
      )}
    </Loaded>
  );
}
