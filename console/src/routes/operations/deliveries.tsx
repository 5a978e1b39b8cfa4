import { Button } from '@mantine/core';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { deliveriesQuery, deliveryQuery, redeliver, type WebhookDelivery } from '../../api/webhooks.ts';
import { When } from '../../format/time.tsx';
import { counted } from '../../format/words.ts';
import { Empty, Failure, Loaded, Loading } from '../../parts/outcome.tsx';
import { Panel } from '../../parts/page.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { tellDone, tellFailed } from '../../parts/toast.tsx';
import { useMay } from '../../shell/me.tsx';
import { ShowMore } from './show-more.tsx';
import classes from './operations.module.css';

interface DeliveriesProps {
  readonly endpointId: number;
  /** Whether it is told of anything: one that is not is sent nothing again either. */
  readonly isEnabled: boolean;
}

/** What an endpoint was told, each with its tries and what was answered. */
export function Deliveries({ endpointId, isEnabled }: DeliveriesProps) {
  const may = useMay();
  const list = useInfiniteQuery(deliveriesQuery(endpointId));
  const deliveries = list.data?.pages.flatMap(({ data }) => data) ?? [];
  return (
    <Panel title="Deliveries" flush>
      {list.error && !list.data && <Failure error={list.error} retry={list.refetch} />}
      {list.isPending && <Loading rows={5} />}
      {list.data && deliveries.length === 0 && <Empty title="Nothing was sent to it yet" />}
      <ul className={classes.list}>
        {deliveries.map((delivery) => (
          <Delivery key={delivery.id} delivery={delivery} maySend={isEnabled && may('redeliverWebhook')} />
        ))}
      </ul>
      <ShowMore list={list} />
    </Panel>
  );
}

function Delivery({ delivery, maySend }: { readonly delivery: WebhookDelivery; readonly maySend: boolean }) {
  const client = useQueryClient();
  const [isOpen, setIsOpen] = useState(false);
  const send = async () => {
    try {
      await redeliver(delivery.id);
      tellDone('It is sent again.');
    } catch (error) {
      tellFailed('It is not sent again', error);
    }
    await client.invalidateQueries({ queryKey: ['webhooks'] });
  };
  return (
    <li>
      <span className={classes.grow}>
        <span className="mono">{delivery.event_type}</span> <StateBadge state={delivery.state} />
        <span className="faint">
          {' '}
          · {counted(delivery.attempts, 'try', 'tries')} · <When at={delivery.updated_at} />
        </span>{' '}
        {delivery.order_id !== null && (
          <Link to="/orders/$orderId" params={{ orderId: delivery.order_id }}>
            Order
          </Link>
        )}
      </span>
      <Button
        size="compact-xs"
        variant="subtle"
        aria-expanded={isOpen}
        onClick={() => {
          setIsOpen(!isOpen);
        }}
      >
        {isOpen ? 'Hide' : 'Details'}
      </Button>
      {maySend && (
        <Button size="compact-xs" variant="default" onClick={() => void send()}>
          Send again
        </Button>
      )}
      {isOpen && <Detail id={delivery.id} />}
    </li>
  );
}

function Detail({ id }: { readonly id: number }) {
  const detail = useQuery(deliveryQuery(id));
  return (
    <div className={classes.detail}>
      <Loaded query={detail} rows={2}>
        {({ request, tries }) => (
          <>
            {tries.map((each) => (
              <p key={each.number} className={classes.try}>
                Try {each.number}, <When at={each.attempted_at} exact />, {each.duration_ms} ms:{' '}
                {each.status === null ? <span className={classes.errorText}>{each.error}</span> : each.status}
                {each.answer !== null && each.answer !== '' && <code className={classes.code}>{each.answer}</code>}
              </p>
            ))}
            <code className={classes.code}>{request.body}</code>
          </>
        )}
      </Loaded>
    </div>
  );
}
