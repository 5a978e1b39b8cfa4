import { getRouteApi, Link } from '@tanstack/react-router';
import { Page } from '../../parts/page.tsx';
import tabs from '../returns/inbox.module.css';
import { useMay } from '../../shell/me.tsx';
import { DifferencesTab } from './differences-tab.tsx';
import { HealthTab } from './health-tab.tsx';
import { JobsTab } from './jobs-tab.tsx';
import { LedgerTab } from './ledger/ledger-tab.tsx';
import { readOperationsSearch, TABS, type Tab } from './operations-search.ts';
import { PeopleTab } from './people/people-tab.tsx';
import { RefundsTab } from './refunds-tab.tsx';
import { WebhooksTab } from './webhooks-tab.tsx';

const route = getRouteApi('/operations');

const NAMES: Readonly<Record<Tab, string>> = {
  jobs: 'Jobs',
  refunds: 'Refunds',
  differences: 'Gateway differences',
  ledger: 'Ledger',
  webhooks: 'Webhooks',
  people: 'People',
  health: 'Health',
};

/** What each part is read by: who may not has no such part. */
const READ_BY: Readonly<Record<Tab, string>> = {
  jobs: 'listJobs',
  refunds: 'listRefunds',
  differences: 'listReconciliationDifferences',
  ledger: 'getTrialBalance',
  webhooks: 'listWebhookEndpoints',
  people: 'listPeople',
  health: 'getReadiness',
};

/** The machine room: what failed and can be run again, and whether everything is up. */
export function OperationsPage() {
  const may = useMay();
  const { tab = 'jobs', state, endpoint, from, to } = route.useSearch({ select: readOperationsSearch });
  return (
    <Page title="Operations">
      <nav className={tabs.states} aria-label="Parts of the operations">
        {TABS.filter((each) => may(READ_BY[each])).map((each) => (
          <Link
            key={each}
            to="/operations"
            search={{ tab: each }}
            className={tabs.tab}
            aria-current={each === tab ? 'page' : undefined}
          >
            {NAMES[each]}
          </Link>
        ))}
      </nav>
      {tab === 'jobs' && <JobsTab state={state ?? 'DEAD'} />}
      {tab === 'refunds' && <RefundsTab state={state ?? 'FAILED'} />}
      {tab === 'differences' && <DifferencesTab state={state ?? 'OPEN'} />}
      {tab === 'ledger' && <LedgerTab from={from} to={to} />}
      {tab === 'webhooks' && <WebhooksTab endpointId={endpoint} />}
      {tab === 'people' && <PeopleTab />}
      {tab === 'health' && <HealthTab />}
    </Page>
  );
}
