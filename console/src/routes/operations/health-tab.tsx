import { useQuery } from '@tanstack/react-query';
import { useConnection } from '../../api/live.ts';
import { readinessQuery } from '../../api/queries.ts';
import { wordsOf } from '../../format/words.ts';
import { CheckIcon, WarningIcon } from '../../parts/icons.tsx';
import { Loaded } from '../../parts/outcome.tsx';
import { Panel } from '../../parts/page.tsx';
import classes from './operations.module.css';

/** Whether everything that the shop stands on is up, as the server itself says. */
export function HealthTab() {
  const readiness = useQuery(readinessQuery);
  const connection = useConnection();
  return (
    <>
      <Panel title="This server" flush>
        <Loaded query={readiness} rows={3}>
          {({ status, checks }) => (
            <ul className={classes.list}>
              <Check name="Takes requests" ok={status !== 'not_ready'} detail={wordsOf(status)} />
              {Object.entries(checks).map(([name, check]) => (
                <Check
                  key={name}
                  name={wordsOf(name)}
                  ok={check.status === 'ok'}
                  detail={check.detail ?? wordsOf(check.status)}
                />
              ))}
              <Check
                name="Live changes"
                ok={connection === 'live'}
                detail={connection === 'live' ? 'This page hears of every change' : 'The stream of changes is away'}
              />
            </ul>
          )}
        </Loaded>
      </Panel>
      <p className="faint">
        Figures for Prometheus are at <a href="/metrics">/metrics</a>, the API's description at{' '}
        <a href="/docs">/docs</a>.
      </p>
    </>
  );
}

function Check({ name, ok, detail }: { readonly name: string; readonly ok: boolean; readonly detail: string }) {
  return (
    <li data-ok={ok}>
      <span className={classes.mark}>{ok ? <CheckIcon size={18} /> : <WarningIcon size={18} />}</span>
      <span className={classes.grow}>{name}</span>
      <span className={ok ? 'faint' : classes.errorText}>{detail}</span>
    </li>
  );
}
