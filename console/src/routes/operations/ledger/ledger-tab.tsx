import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { periodBalanceQuery, type Instants } from '../../../api/ledger.ts';
import { reasonOf } from '../../../api/problem.ts';
import { dayOf } from '../../../format/days.ts';
import { useSettings } from '../../../format/settings.tsx';
import { useNow, When } from '../../../format/time.tsx';
import { RetryIcon } from '../../../parts/icons.tsx';
import { Empty, Loaded } from '../../../parts/outcome.tsx';
import { Panel } from '../../../parts/page.tsx';
import { useMay } from '../../../shell/me.tsx';
import { ExportLedger } from './export-ledger.tsx';
import { PeriodPicker } from './period-picker.tsx';
import { instantsOf, usualPeriods, type Period } from './periods.ts';
import { TrialBalance } from './trial-balance.tsx';
import classes from './ledger.module.css';

/** The books of a period, for whoever closes them: the trial balance, and all that was posted as a file. */
export function LedgerTab({ from, to }: Partial<Period>) {
  const may = useMay();
  const navigate = useNavigate();
  const { timezone, financial_year_start_month: firstMonth } = useSettings();
  const usual = usualPeriods(dayOf(useNow(), timezone), firstMonth);
  const period = from === undefined || to === undefined ? usual[0] : { from, to };
  const isPeriod = period.from <= period.to;
  const instants = instantsOf(period, timezone);
  return (
    <>
      <div className={classes.head}>
        <PeriodPicker
          usual={usual}
          period={period}
          onPick={(picked) => void navigate({ to: '/operations', search: { tab: 'ledger', ...picked }, replace: true })}
        />
        {isPeriod && may('exportLedger') && (
          <ExportLedger key={`${instants.from} ${instants.to}`} instants={instants} />
        )}
      </div>
      {isPeriod ? (
        <Balances instants={instants} />
      ) : (
        <Panel title="Trial balance" flush>
          <Empty title="The period ends before it begins">Its last day is to be no earlier than its first.</Empty>
        </Panel>
      )}
    </>
  );
}

function Balances({ instants }: { readonly instants: Instants }) {
  const query = useQuery(periodBalanceQuery(instants));
  const { dataUpdatedAt, error, isFetching, isRefetchError, refetch } = query;
  if (!query.data || query.data.currencies.length === 0) {
    return (
      <Panel title="Trial balance" flush>
        <Loaded query={query} rows={8}>
          {() => (
            <Empty title="Nothing was posted until then">
              Entries are made by captured payments, by invoices, by what is credited, and by refunds.
            </Empty>
          )}
        </Loaded>
      </Panel>
    );
  }
  const { isProvisional, currencies } = query.data;
  return (
    <>
      {isProvisional && (
        <div className={classes.provisional}>
          <p>
            <strong>Provisional</strong>, as of <When at={new Date(dataUpdatedAt).toISOString()} exact />: the period is
            not over, or has only just ended, and entries may still be added to it.
            {isRefetchError && <span role="alert"> It could not be read again: {reasonOf(error)}</span>}
          </p>
          <Button
            size="compact-xs"
            variant="default"
            leftSection={<RetryIcon size={14} />}
            loading={isFetching}
            onClick={() => void refetch()}
          >
            Read again
          </Button>
        </div>
      )}
      {currencies.map((movement) => (
        <TrialBalance key={movement.currency} movement={movement} />
      ))}
    </>
  );
}
