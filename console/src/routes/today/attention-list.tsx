import { Link, type LinkProps } from '@tanstack/react-router';
import type { Overview } from '../../api/types.ts';
import { useSettings } from '../../format/settings.tsx';
import { formatAge, useNow } from '../../format/time.tsx';
import { atMost, wordsOf } from '../../format/words.ts';
import { CheckIcon } from '../../parts/icons.tsx';
import classes from './today.module.css';

type Attention = Overview['attention'][number];
type Kind = Attention['kind'];

interface Place {
  readonly name: string;
  readonly isUrgent: boolean;
  readonly link: Pick<LinkProps, 'to' | 'search'>;
}

/** Where each kind is dealt with. `stuckBefore`: the last day that an order which is stuck can have been entered on. */
function placeOf(kind: Kind, stuckBefore: string): Place {
  switch (kind) {
    case 'refunds_failed':
      return {
        name: 'Refunds failed',
        isUrgent: true,
        link: { to: '/operations', search: { tab: 'refunds', state: 'FAILED' } },
      };
    case 'refunds_unanswered':
      return {
        name: 'Refunds without an answer',
        isUrgent: true,
        link: { to: '/operations', search: { tab: 'refunds', state: 'SUBMITTED' } },
      };
    case 'jobs_dead':
      return { name: 'Jobs dead', isUrgent: true, link: { to: '/operations', search: { tab: 'jobs', state: 'DEAD' } } };
    case 'differences_open':
      return {
        name: 'Gateway differences',
        isUrgent: true,
        link: { to: '/operations', search: { tab: 'differences', state: 'OPEN' } },
      };
    case 'comparisons_failing':
      return {
        name: 'Gateways whose books are not compared',
        isUrgent: true,
        link: { to: '/operations', search: { tab: 'differences' } },
      };
    case 'webhook_endpoints_disabled':
      return {
        name: 'Webhook endpoints disabled after failures',
        isUrgent: true,
        link: { to: '/operations', search: { tab: 'webhooks' } },
      };
    case 'orders_stuck_paid':
      return {
        name: 'Orders stuck before the warehouse',
        isUrgent: true,
        link: { to: '/orders', search: { state: 'PAID', to: stuckBefore } },
      };
    case 'orders_stuck_in_warehouse':
      return {
        name: 'Orders stuck in the warehouse',
        isUrgent: true,
        link: { to: '/orders', search: { state: 'PROCESSING_IN_WAREHOUSE', to: stuckBefore } },
      };
    case 'refunds_to_approve':
      return {
        name: 'Refunds to approve',
        isUrgent: false,
        link: { to: '/operations', search: { tab: 'refunds', state: 'AWAITING_APPROVAL' } },
      };
    case 'returns_to_approve':
      return { name: 'Returns to approve', isUrgent: false, link: { to: '/returns', search: { state: 'REQUESTED' } } };
    case 'returns_to_complete':
      return { name: 'Returns to complete', isUrgent: false, link: { to: '/returns', search: { state: 'RECEIVED' } } };
    case 'parcels_expected':
      return { name: 'Parcels to receive', isUrgent: false, link: { to: '/returns', search: { state: 'IN_TRANSIT' } } };
    case 'orders_to_process':
      return {
        name: 'Orders to send to the warehouse',
        isUrgent: false,
        link: { to: '/orders', search: { state: 'PAID' } },
      };
    case 'orders_to_ship':
      return {
        name: 'Orders to ship',
        isUrgent: false,
        link: { to: '/orders', search: { state: 'PROCESSING_IN_WAREHOUSE' } },
      };
    default:
      return unknownPlace(kind);
  }
}

/** A kind that is new to this console is counted all the same. */
function unknownPlace(kind: string): Place {
  return { name: wordsOf(kind), isUrgent: false, link: { to: '/operations' } };
}

export function AttentionList({ overview }: { readonly overview: Overview }) {
  const now = useNow();
  const { timezone } = useSettings();
  const stuckBefore = new Intl.DateTimeFormat('en-CA', { timeZone: timezone }).format(
    now - overview.stuck_after_hours * 3_600_000,
  );
  const places = overview.attention.map((each) => ({ ...each, place: placeOf(each.kind, stuckBefore) }));
  const troubles = places.filter(({ place, count }) => place.isUrgent && count > 0);
  const work = places.filter(({ place }) => !place.isUrgent);
  const tile = ({ kind, count, oldest_at: oldest, place }: (typeof places)[number]) => (
    <Link key={kind} {...place.link} className={classes.tile} data-urgent={place.isUrgent} data-none={count === 0}>
      <span className={classes.count}>{atMost(count, overview.most_counted)}</span>
      <span className={classes.name}>{place.name}</span>
      <span className={classes.age}>
        {oldest === null ? 'Nothing waits' : `the oldest for ${formatAge(new Date(oldest), now)}`}
      </span>
    </Link>
  );
  return (
    <section aria-label="What needs a person now">
      {troubles.length === 0 ? (
        <p className={classes.calm}>
          <CheckIcon size={16} /> Nothing has failed, and nothing is stuck.
        </p>
      ) : (
        <div className={classes.tiles}>{troubles.map(tile)}</div>
      )}
      <div className={classes.tiles}>{work.map(tile)}</div>
    </section>
  );
}
