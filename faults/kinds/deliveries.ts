import { setTimeout as delay } from 'node:timers/promises';
import type { AsyncMessage } from 'rabbitmq-client';
import { JOB_KINDS } from '../../src/domain/decision.ts';
import { jobsNamespace, withRabbit } from '../world/amqp.ts';
import type { FaultKind } from './kind.ts';

const COPIES_QUEUE = 'faults.copies';
const COPIES = 2;
const MARK = 'again';
const ROUNDS = 4;

/** Copies every message that goes to the workers, and sends the copies after it, twice and in another order. */
export const deliveryKinds: readonly FaultKind[] = [
  {
    name: 'every message delivered again, and out of order',
    strike: ({ world, random }) =>
      withRabbit(world.rabbitPort, async (rabbit) => {
        const exchange = `${await jobsNamespace(world.books)}.jobs`;
        const heard: AsyncMessage[] = [];
        const listener = rabbit.createConsumer(
          {
            queue: COPIES_QUEUE,
            queueOptions: { exclusive: true },
            queueBindings: JOB_KINDS.map((routingKey) => ({ exchange, routingKey })),
            noAck: true,
          },
          (message) => {
            if (message.type !== MARK) heard.push(message);
          },
        );
        const publisher = rabbit.createPublisher({ confirm: true });
        let sent = 0;
        for (let round = 0; round < ROUNDS; round += 1) {
          await delay(random.between(400, 900));
          const originals = heard.splice(0);
          const copies = random.shuffled(originals.flatMap((message) => Array.from({ length: COPIES }, () => message)));
          for (const { routingKey, messageId, body } of copies) {
            const envelope = { exchange, routingKey, messageId, type: MARK, durable: true };
            await publisher.send(envelope, body);
          }
          sent += copies.length;
        }
        await listener.close();
        await publisher.close();
        world.note(`${sent} messages were delivered again`);
      }),
  },
];
