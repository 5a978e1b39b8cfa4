import { setTimeout as delay } from 'node:timers/promises';
import { Broken } from '../load/shop-client.ts';
import type { Random } from '../random.ts';
import type { World } from '../world/world.ts';
import type { FaultKind } from './kind.ts';

const SILENCE_MS = 30_000;
/** Longer than a worker waits for an answer. */
const SHORT_SILENCE_MS = 12_000;

export const gatewayKinds: readonly FaultKind[] = [
  {
    name: 'gateway answers 500',
    strike: (context) => misbehave(context, [{ mode: 'error_500', on: 'all', probability: 0.7 }]),
  },
  {
    name: 'gateway times out after doing the work',
    // Two workers wait in vain for as long as they wait at all.
    strike: async ({ world, random }) => {
      await switchOn(world, { mode: 'timeout_after', times: 2, delay_ms: 15_000 });
      await delay(random.between(1_000, 2_000));
      await switchOff(world);
    },
  },
  {
    name: 'gateway drops connections',
    strike: (context) =>
      misbehave(context, [
        { mode: 'drop_before', on: 'all', probability: 0.6 },
        { mode: 'drop_after', on: 'all', probability: 0.6 },
      ]),
  },
  {
    name: 'gateway answers garbage, or 429',
    onlyInLong: true,
    strike: (context) =>
      misbehave(context, [
        { mode: 'garbage', on: 'all', probability: 0.6 },
        { mode: 'error_429', on: 'all', probability: 0.6 },
      ]),
  },
  {
    name: 'gateway silent for 30 s',
    strike: async ({ world, isShort }) => {
      for (const wire of world.gatewayWires) wire.make({ kind: 'silence' });
      await delay(isShort ? SHORT_SILENCE_MS : SILENCE_MS);
      for (const wire of world.gatewayWires) wire.heal();
    },
  },
  {
    name: 'gateway restarted',
    strike: async ({ world, random }) => {
      world.gateway.kill(random.pick(['SIGKILL', 'SIGTERM']));
      await delay(random.between(500, 1_500));
    },
  },
];

interface Misbehaviour {
  readonly mode: string;
  readonly on?: 'refund' | 'query' | 'all';
  readonly probability?: number;
  readonly times?: number;
  readonly delay_ms?: number;
}

/** One after the other, each for about a second. */
async function misbehave(
  { world, random }: { readonly world: World; readonly random: Random },
  faults: readonly Misbehaviour[],
): Promise<void> {
  for (const fault of faults) {
    await switchOn(world, fault);
    await delay(random.between(600, 1_500));
  }
  await switchOff(world);
}

async function switchOn(world: World, fault: Misbehaviour): Promise<void> {
  const answer = await fetch(`${world.gatewayUrl}/v1/faults`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(fault),
  });
  if (!answer.ok) throw new Broken(`the gateway does not misbehave: ${await answer.text()}`);
}

async function switchOff(world: World): Promise<void> {
  await fetch(`${world.gatewayUrl}/v1/faults`, { method: 'DELETE' });
}
