import { setTimeout as delay } from 'node:timers/promises';
import { JOB_KINDS } from '../../src/domain/decision.ts';
import { jobsNamespace, withRabbit } from '../world/amqp.ts';
import type { FaultKind } from './kind.ts';
import { untilReadySays } from './ready.ts';

/** In the namespace of the jobs. */
const QUEUES = ['dead', ...JOB_KINDS.map((kind) => `jobs.${kind}`)];

const AWAY_MS = 60_000;

export const rabbitKinds: readonly FaultKind[] = [
  {
    name: 'RabbitMQ stopped, and started again',
    strike: async ({ world, random }) => {
      await world.rabbit.stopNode(random.pick(['SIGTERM', 'SIGKILL']));
      await delay(random.between(200, 1_500));
      await world.rabbit.startAgain();
    },
  },
  {
    name: 'RabbitMQ away for a minute',
    onlyInLong: true,
    strike: async ({ world }) => {
      await world.rabbit.stopNode('SIGTERM');
      await delay(AWAY_MS);
      await world.rabbit.startAgain();
    },
  },
  {
    name: "RabbitMQ's queues deleted",
    strike: async ({ world, random }) => {
      const namespace = await jobsNamespace(world.books);
      await withRabbit(world.rabbit.port, async (rabbit) => {
        for (let times = 0; times < 3; times += 1) {
          for (const queue of random.shuffled(QUEUES)) await rabbit.queueDelete({ queue: `${namespace}.${queue}` });
          await delay(random.between(100, 700));
        }
      });
    },
  },
  {
    name: "RabbitMQ's data wiped",
    // With a worker that holds messages which it has not begun: nobody has them any more but the database.
    strike: async ({ world, random }) => {
      const worker = random.pick(world.workers);
      worker.kill('SIGSTOP');
      await delay(random.between(700, 1_500));
      worker.kill('SIGKILL');
      await world.rabbit.wipe();
    },
  },
  {
    name: "RabbitMQ's disk alarm: it takes no messages",
    onlyInLong: true,
    strike: async ({ world, random }) => {
      await world.rabbit.control('set_disk_free_limit', '1000000GB');
      try {
        await untilReadySays(world, 'degraded');
        await delay(random.between(500, 1_500));
      } finally {
        await world.rabbit.control('set_disk_free_limit', '50MB');
      }
      await untilReadySays(world, 'ready');
    },
  },
];
