import { setTimeout as delay } from 'node:timers/promises';
import type { FaultKind } from './kind.ts';

export const clockKinds: readonly FaultKind[] = [
  {
    name: 'clocks of the workers jump by hours and a day, and back',
    strike: async ({ world, random }) => {
      for (const worker of random.shuffled(world.workers)) worker.kill('SIGUSR2');
      await delay(random.between(1_500, 3_000));
      for (const worker of world.workers) worker.kill('SIGUSR2');
    },
  },
];
