import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { comparisonsQuery, compareNow, type Comparison } from '../../api/reconciliation.ts';
import { When } from '../../format/time.tsx';
import { counted } from '../../format/words.ts';
import { Empty, Loaded } from '../../parts/outcome.tsx';
import { Panel } from '../../parts/page.tsx';
import { tellDone, tellFailed } from '../../parts/toast.tsx';
import { useMay } from '../../shell/me.tsx';
import classes from './operations.module.css';

/** When each gateway's books were last compared with ours, and what came of it. */
export function Comparisons() {
  const comparisons = useQuery(comparisonsQuery);
  return (
    <Panel title="Comparisons" flush>
      <Loaded query={comparisons} rows={2}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title="No gateway is configured" />
          ) : (
            <ul className={classes.list}>
              {data.map((comparison) => (
                <Row key={comparison.gateway} comparison={comparison} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  );
}

function Row({ comparison }: { readonly comparison: Comparison }) {
  const client = useQueryClient();
  const may = useMay();
  const { gateway, failure } = comparison;
  const ask = async () => {
    try {
      await compareNow(gateway);
      tellDone(`The books of ${gateway} are compared in a moment.`);
    } catch (error) {
      tellFailed('No comparison was asked for', error);
    }
    await client.invalidateQueries({ queryKey: ['reconciliation'] });
  };
  return (
    <li>
      <span className={classes.grow}>
        <strong>{gateway}</strong>{' '}
        <span className="faint">
          <Progress comparison={comparison} />
        </span>
        {failure !== null && <span className={classes.error}>It came to no end: {failure}</span>}
      </span>
      {may('requestComparison') && (
        <Button
          size="compact-xs"
          variant="light"
          disabled={comparison.requested_at !== null}
          onClick={() => void ask()}
          aria-label={`Compare now: ${gateway}`}
        >
          Compare now
        </Button>
      )}
    </li>
  );
}

function Progress({ comparison }: { readonly comparison: Comparison }) {
  const { requested_at: requestedAt, begun_at: begunAt, finished_at: finishedAt, failure } = comparison;
  if (requestedAt !== null) return <>· asked for, begins in a moment</>;
  if (begunAt === null) return <>· never compared yet</>;
  if (finishedAt === null) {
    return (
      <>
        · {failure === null ? 'under way since' : 'tried'} <When at={begunAt} />
      </>
    );
  }
  const { repaired, differ } = comparison;
  return (
    <>
      · compared <When at={finishedAt} />
      {repaired !== null && differ !== null && (
        <>
          : {counted(repaired, 'difference')} settled, {differ} left for a person
        </>
      )}
    </>
  );
}
