import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../random.ts';
import type { Trouble } from '../world/wire.ts';
import type { World } from '../world/world.ts';
import type { FaultKind } from './kind.ts';

/** Each wire in turn, so that every pair of parts is troubled every time. */
export const wireKinds: readonly FaultKind[] = [
  {
    name: 'a proxy delays, on each wire',
    strike: (context) => trouble(context, ({ random }) => ({ kind: 'delay', delayMs: random.between(50, 400) })),
  },
  {
    name: 'a proxy truncates, on each wire',
    strike: (context) => trouble(context, () => ({ kind: 'truncate' })),
  },
  {
    name: 'a proxy resets connections, on each wire',
    strike: (context) => trouble(context, () => ({ kind: 'reset' })),
  },
  {
    name: 'connections half-open, on each wire',
    onlyInLong: true,
    // Nothing is said and nothing is closed; in the end the connections are gone without a word having come through.
    strike: async ({ world, random }) => {
      for (const wire of random.shuffled(world.allWires)) wire.make({ kind: 'silence' });
      await delay(random.between(2_000, 4_000));
      for (const wire of world.allWires) {
        wire.cut();
        wire.heal();
      }
    },
  },
];

interface Context {
  readonly world: World;
  readonly random: Random;
}

async function trouble(context: Context, draw: (context: Context) => Trouble): Promise<void> {
  const { world, random } = context;
  for (const wire of random.shuffled(world.allWires)) {
    wire.make(draw(context));
    await delay(random.between(150, 500));
    wire.heal();
  }
}
