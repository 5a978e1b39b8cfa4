import { Timeline } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { orderRecordQuery } from '../../../api/queries.ts';
import type { Order, Transition } from '../../../api/types.ts';
import { When } from '../../../format/time.tsx';
import { counted, returnLabel, wordsOf } from '../../../format/words.ts';
import { SealIcon } from '../../../parts/icons.tsx';
import { Loaded } from '../../../parts/outcome.tsx';
import { Panel } from '../../../parts/page.tsx';
import { StateBadge } from '../../../parts/state-badge.tsx';
import { acceptedWords } from '../../returns/accepted.ts';
import classes from './order.module.css';

/** Who did what, when and why: every entry of the order's audit chain, the newest first. */
export function RecordPanel({ order }: { readonly order: Order }) {
  const record = useQuery(orderRecordQuery(order.id));
  const entries = record.data ?? [];
  const seal = entries.at(-1)?.hash;
  return (
    <Panel
      title="Record"
      aside={
        seal !== undefined && (
          <span className={classes.seal} title={`The chain's head is ${seal}. "roundtrip audit" checks every entry.`}>
            <SealIcon size={15} />
            {counted(entries.length, 'entry', 'entries')}, sealed by <span className="mono">{seal.slice(0, 12)}</span>
          </span>
        )
      }
    >
      <Loaded query={record}>
        {(all) => (
          <Timeline className={classes.record ?? ''} bulletSize={10} lineWidth={2} active={all.length}>
            {all.toReversed().map((entry) => (
              <Timeline.Item key={entry.id}>
                <div className={classes.entry}>
                  <span>
                    {subjectOf(entry)} <strong>{wordsOf(entry.event).toLowerCase()}</strong>
                    {acceptedOf(entry, order)}
                  </span>
                  <StateBadge state={entry.to_state} />
                </div>
                <div className={classes.entryFacts}>
                  <When at={entry.created_at} exact /> · {entry.actor} ·{' '}
                  <span className="mono" title={`Entry ${entry.sequence}: ${entry.hash}`}>
                    {entry.hash.slice(0, 8)}
                  </span>
                </div>
                {entry.reason !== null && <p className={classes.quote}>{entry.reason}</p>}
              </Timeline.Item>
            ))}
          </Timeline>
        )}
      </Loaded>
    </Panel>
  );
}

/** The entry says that a return was completed; the return, with how much. */
function acceptedOf({ entity_type: entity, entity_id: id, event }: Transition, { returns }: Order): string {
  const found = entity === 'return' && event === 'complete' ? returns.find((each) => each.id === id) : undefined;
  const words = found && acceptedWords(found);
  return words === undefined ? '' : `, ${words}`;
}

function subjectOf({ entity_type: entity, entity_id: id }: Transition): string {
  return entity === 'return' ? `Return ${returnLabel(id)}` : wordsOf(entity);
}
