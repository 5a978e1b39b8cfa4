import { setTimeout as delay } from 'node:timers/promises';
import type { RoleProcess } from '../../src/cli/stack/role-process.ts';
import type { Tap, Wire } from '../world/wire.ts';
import type { World } from '../world/world.ts';
import { Broken } from '../load/shop-client.ts';
import type { FaultKind } from './kind.ts';

const TRIGGER_PATIENCE_MS = 60_000;
const LOOK_INTERVAL_MS = 3;
/** Longer than PostgreSQL lets a transaction hold its locks and do nothing. */
const PAUSE_MS = 12_000;
/** Longer than a job's lease. */
const SHORT_PAUSE_MS = 6_000;
const REFUND_REQUEST = 'POST /v1/refunds';

/** kill -9, at a moment of chance or at the very one that hurts most. */
export const processKinds: readonly FaultKind[] = [
  {
    name: 'web killed',
    strike: async ({ world, random }) => {
      for (let times = 0; times < 2; times += 1) {
        random.pick(world.webs).kill('SIGKILL');
        await delay(random.between(300, 900));
      }
    },
  },
  {
    name: 'worker killed mid-refund, before the gateway is called',
    // The intent is on record and the request has left, and never arrives.
    strike: ({ world }) =>
      killAtWire(world, (direction, text) => direction === 'there' && text.includes(REFUND_REQUEST)),
  },
  {
    name: 'worker killed mid-refund, after the gateway answered',
    // The money has moved, and nobody here knows.
    strike: ({ world }) => {
      const asked = new WeakSet();
      return killAtWire(world, (direction, text, connection) => {
        if (text.includes(REFUND_REQUEST)) asked.add(connection);
        return direction === 'back' && asked.has(connection);
      });
    },
  },
  {
    name: 'workers killed, ten times in a row',
    onlyInLong: true,
    strike: async ({ world, random }) => {
      for (let times = 0; times < 10; times += 1) {
        random.pick(world.workers).kill('SIGKILL');
        await delay(random.between(100, 600));
      }
    },
  },
  {
    name: 'web and worker paused past their leases, and going on',
    onlyInLong: true,
    // What they held is given to others meanwhile: a transaction's locks by PostgreSQL, a job by its lease.
    strike: async ({ world, random, isShort }) => {
      const paused = [random.pick(world.webs), random.pick(world.workers)];
      for (const process of paused) process.kill('SIGSTOP');
      await delay(isShort ? SHORT_PAUSE_MS : PAUSE_MS);
      for (const process of paused) process.kill('SIGCONT');
    },
  },
  {
    name: 'worker killed mid-PDF',
    strike: async ({ world }) => {
      await until('an invoice that is being drawn', async () => {
        const rows = await world.books.query(
          `SELECT 1 FROM jobs WHERE kind = 'invoice.render' AND state = 'RUNNING' LIMIT 1`,
        );
        return rows.length > 0;
      });
      // Which of them draws it nobody knows, so all of them go.
      for (const worker of world.workers) worker.kill('SIGKILL');
      world.note('all workers killed while an invoice was being drawn');
    },
  },
];

type Moment = (direction: 'there' | 'back', text: string, connection: object) => boolean;

/** Kills the first worker whose conversation with the gateway comes to the moment; what was said last never arrives. */
async function killAtWire(world: World, isMoment: Moment): Promise<void> {
  const struck = Promise.withResolvers<undefined>();
  let done = false;
  const tapFor = (worker: RoleProcess, wire: Wire) => (): Tap => {
    const connection = {};
    return (direction, bytes) => {
      if (done || !isMoment(direction, bytes.toString('latin1'), connection)) return 'pass';
      done = true;
      worker.kill('SIGKILL');
      world.note(`${worker.plan.name} killed at the ${wire.name} wire`);
      struck.resolve(undefined);
      return 'hold';
    };
  };
  const pairs = world.gatewayWires.map((wire, index) => ({ wire, worker: world.workers[index] }));
  for (const { wire, worker } of pairs) {
    if (worker) wire.tap(tapFor(worker, wire));
    // Connections kept open from before have no tap; the next request opens one that has.
    wire.cut();
  }
  try {
    await Promise.race([struck.promise, expiry('a refund on its way to the gateway')]);
  } finally {
    for (const { wire } of pairs) wire.tap(undefined);
  }
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + TRIGGER_PATIENCE_MS;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Broken(`there never was ${what}`);
    await delay(LOOK_INTERVAL_MS);
  }
}

async function expiry(what: string): Promise<never> {
  await delay(TRIGGER_PATIENCE_MS, undefined, { ref: false });
  throw new Broken(`there never was ${what}`);
}
