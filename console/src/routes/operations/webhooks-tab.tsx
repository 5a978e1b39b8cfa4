import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import {
  disableEndpoint,
  enableEndpoint,
  endpointsQuery,
  testEndpoint,
  type WebhookEndpoint,
} from '../../api/webhooks.ts';
import { When } from '../../format/time.tsx';
import { counted, wordsOf } from '../../format/words.ts';
import { ActDialog } from '../../parts/act-dialog.tsx';
import { Empty, Loaded } from '../../parts/outcome.tsx';
import { Panel } from '../../parts/page.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { tellDone, tellFailed } from '../../parts/toast.tsx';
import { useMay } from '../../shell/me.tsx';
import { Deliveries } from './deliveries.tsx';
import classes from './operations.module.css';

/** Who is told of what happens here, and whether they hear it. */
export function WebhooksTab({ endpointId }: { readonly endpointId: number | undefined }) {
  const endpoints = useQuery(endpointsQuery);
  const open = endpoints.data?.data.find(({ id }) => id === endpointId);
  return (
    <>
      <Panel title="Endpoints" flush>
        <Loaded query={endpoints} rows={3}>
          {({ data }) =>
            data.length === 0 ? (
              <Empty title="Nobody is told of anything yet">
                <code>POST /v1/webhook-endpoints</code> adds an endpoint; <a href="/docs">the API's documentation</a>{' '}
                says how.
              </Empty>
            ) : (
              <ul className={classes.list}>
                {data.map((endpoint) => (
                  <Endpoint key={endpoint.id} endpoint={endpoint} isOpen={endpoint.id === endpointId} />
                ))}
              </ul>
            )
          }
        </Loaded>
      </Panel>
      {endpointId !== undefined && <Deliveries endpointId={endpointId} isEnabled={open?.state === 'ENABLED'} />}
    </>
  );
}

function Endpoint({ endpoint, isOpen }: { readonly endpoint: WebhookEndpoint; readonly isOpen: boolean }) {
  const client = useQueryClient();
  const may = useMay();
  const [asksToDisable, setAsksToDisable] = useState(false);
  const refresh = () => client.invalidateQueries({ queryKey: ['webhooks'] });
  const run = async (words: string, work: () => Promise<unknown>) => {
    try {
      await work();
      tellDone(words);
    } catch (error) {
      tellFailed('The endpoint was not changed', error);
    }
    await refresh();
  };
  const isEnabled = endpoint.state === 'ENABLED';
  return (
    <li>
      <span className={classes.grow}>
        <Link to="/operations" search={{ tab: 'webhooks', endpoint: endpoint.id }} aria-current={isOpen || undefined}>
          {endpoint.url}
        </Link>{' '}
        <StateBadge state={endpoint.state} />
        <span className="faint">
          {' '}
          ·{' '}
          {endpoint.event_types.length === 0
            ? 'all events'
            : counted(endpoint.event_types.length, 'kind of event', 'kinds of events')}
          {endpoint.description !== null && ` · ${endpoint.description}`}
        </span>
        {endpoint.failing_since !== null && (
          <span className={classes.error}>
            Failing since <When at={endpoint.failing_since} exact />
          </span>
        )}
        {endpoint.disabled_reason !== null && (
          <span className={classes.error}>Disabled: {wordsOf(endpoint.disabled_reason).toLowerCase()}</span>
        )}
      </span>
      {isEnabled && may('testWebhookEndpoint') && (
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => void run('A test is on its way.', () => testEndpoint(endpoint.id))}
        >
          Send a test
        </Button>
      )}
      {may('disableWebhookEndpoint') && isEnabled && (
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => {
            setAsksToDisable(true);
          }}
        >
          Disable
        </Button>
      )}
      {may('enableWebhookEndpoint') && !isEnabled && (
        <Button
          size="compact-xs"
          variant="light"
          onClick={() => void run('The endpoint is told again.', () => enableEndpoint(endpoint.id))}
        >
          Enable
        </Button>
      )}
      {asksToDisable && (
        <ActDialog
          title="Disable the endpoint"
          consequence={<p>{endpoint.url} is told of nothing any more until it is enabled again.</p>}
          confirm="Disable"
          dangerous
          reason="none"
          draft={`endpoint ${endpoint.id}`}
          act={() => run('The endpoint is disabled.', () => disableEndpoint(endpoint.id))}
          onConflict={refresh}
          onClose={() => {
            setAsksToDisable(false);
          }}
        />
      )}
    </li>
  );
}
