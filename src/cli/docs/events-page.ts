import { domainEvent } from '../../domain/events.ts';
import { creationsOf, lifecycles, type EntityType, type Lifecycle } from '../../domain/lifecycles.ts';
import { CLOUD_EVENT_TYPE, cloudEventOf } from '../../queries/events/cloud-event.ts';
import { code, table } from './markdown.ts';

/** docs/events.md: what others are told of, and how they listen. */
export function eventsPage(): string {
  return [
    '# Events',
    'Every change of state of an order, a return, a payment or a refund is an event for others. There are two ways to it, and they ' +
      'carry the same: a topic exchange on RabbitMQ, and a feed over HTTP.',
    '## Which there are',
    'An event is named by the entity and the state that it has reached, in lower case. The name is its routing key; its ' +
      'type puts `roundtrip.` before it and a version behind. The version grows when a reader of the old shape could ' +
      'not read the new; new fields alone do not change it.',
    table(
      ['routing key', 'type', 'happens at'],
      lifecycles.flatMap((lifecycle: Lifecycle<EntityType, string, string>) =>
        lifecycle.states.map((state) => {
          const { name, type } = domainEvent(lifecycle.entity, state);
          const causes = [...creationsOf(lifecycle), ...lifecycle.moves].filter(({ to }) => to === state);
          const events = new Set(causes.map(({ event }) => event));
          return [code(name), code(type), [...events].map(code).join(', ')];
        }),
      ),
    ),
    '## What one looks like',
    `A CloudEvent 1.0 in its structured JSON form, ${code(CLOUD_EVENT_TYPE)}:`,
    ['```json', JSON.stringify(EXAMPLE, null, 2), '```'].join('\n'),
    table(
      ['attribute', 'meaning'],
      [
        [code('id'), "the transition's id: the same in every copy of the event, so the key to tell copies by"],
        [code('source'), 'the installation, the same for all its events: with it, an `id` is unique'],
        [code('subject'), 'the order; returns, payments and refunds are parts of it'],
        [code('time'), 'when it was decided, by the clock of the process that did'],
        [code('data.sequence'), "position in the order's record, from 1 without gaps"],
        [code('data.actor'), 'who caused it'],
        [code('data.reason'), 'what was given as the reason, if anything was'],
        [code('dataschema'), 'names the shape of `data`: `TransitionEvent` in `openapi.json`'],
      ],
    ),
    "An event does not tell who the customer is: no name, no address, no e-mail, no customer's id. Ask for the order. " +
      'A reason is what people have written, and cannot be taken back once it has been sent: keep personal data out of it.',
    '## What is promised',
    'Each event comes at least once, after it has committed. It may come again, with the same `id`. The events of an ' +
      'order come in the order of `data.sequence`, copies left out; between orders there is no order to rely on. None is ' +
      'passed over, however late it commits: positions in the feed are given out below the oldest running transaction, ' +
      'so a long transaction anywhere on the same PostgreSQL server holds the feed up until it ends. The metric ' +
      '`event_feed_lag_seconds` shows it; `event_publishing_lag_seconds` shows how far the exchange is behind the feed.',
    'After a restore to an earlier time, positions are given out again: a cursor ahead of the feed is refused with 400 ' +
      'then. Read on from a position that you are sure of, and leave out what you know by its `id`.',
    '## Over RabbitMQ',
    'With `BROKER_URL` set, workers publish to the durable topic exchange `roundtrip.events`; messages are persistent, ' +
      'and `message_id` is the `id`. Declare a durable queue of your own, and bind it:',
    table(
      ['binding key', 'takes'],
      [
        [code('#'), 'everything'],
        [code('order.*'), 'what happens to orders'],
        [code('refund.succeeded'), 'that one alone'],
      ],
    ),
    'Whatever Roundtrips are on the broker publish to it, in the same virtual host: where there are several, look at ' +
      '`source` before you act on an event, or give each a virtual host of its own. What happens while no queue is bound is not kept by the broker; the feed over HTTP has it. A queue that refuses ' +
      'messages when it is full (`reject-publish`) holds up everybody: the event that it refused is sent again until it ' +
      'is taken. Let it drop its oldest instead, and catch up over HTTP.',
    '## Over HTTP',
    '`GET /v1/events?after=&limit=&type=` answers with `data`, the events, oldest first, and `next`. Begin without ' +
      '`after`; then hand `next` back as `after`, at once while it changes, and every few seconds when it is the same as ' +
      'you sent. Keep it with what you made of the events, in one transaction, and each takes effect once.',
  ].join('\n\n');
}

const EXAMPLE = cloudEventOf({
  transitionId: 1042,
  installation: 'r3f9d2c41b7a',
  orderId: 1001,
  orderNumber: 'WEB-20260401-17',
  entityType: 'order',
  entityId: 1001,
  event: 'ship',
  fromState: 'PROCESSING_IN_WAREHOUSE',
  toState: 'SHIPPED',
  actor: 'local',
  reason: null,
  sequence: 4,
  createdAt: new Date('2026-04-01T09:30:00.000Z'),
});
