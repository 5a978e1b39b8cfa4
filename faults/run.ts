import { setTimeout as delay } from 'node:timers/promises';
import { Invariants } from './invariants/all.ts';
import { untilQuiet } from './invariants/quiet.ts';
import { CLUSTER_KINDS, FAULT_KINDS } from './kinds/all.ts';
import type { FaultKind } from './kinds/kind.ts';
import { Acknowledged } from './load/acknowledged.ts';
import { EventListener } from './load/event-listener.ts';
import { Load } from './load/load.ts';
import { Broken } from './load/shop-client.ts';
import type { Options } from './options.ts';
import { Random } from './random.ts';
import { seconds, type Round, type RunReport } from './report.ts';
import type { World } from './world/world.ts';

const MOST_WAIT_MS = 900;
const MOST_PUBLISH_MS = 60_000;

/**
 * Fault after fault, each at a random moment of a running shop; after each, everything comes to rest and is checked.
 *
 * @throws Broken, with the fault it came after, when something does not hold
 */
export async function runFaults(world: World, options: Options, stopped: AbortSignal): Promise<RunReport> {
  const startedAt = performance.now();
  const random = new Random(options.seed);
  const acknowledged = new Acknowledged();
  const load = new Load(world.shopUrl, acknowledged, random.fork('load'));
  const invariants = new Invariants();
  // A node that is wiped loses what was put down for a listener; a cluster loses nothing.
  const listener = options.isCluster ? await EventListener.start(world.rabbitPort) : undefined;
  const isNamed = options.only !== '';
  const kinds = options.isCluster ? CLUSTER_KINDS : FAULT_KINDS;
  const chosen = kinds.filter(
    ({ name, onlyInLong }) => name.includes(options.only) && (isNamed || !options.isShort || !onlyInLong),
  );
  const skipped = chosen.flatMap((kind) => {
    const reason = kind.absence?.(world);
    return reason === undefined ? [] : [[kind.name, reason] as const];
  });
  for (const [name, reason] of skipped) console.log(`skipped: ${name} (${reason})`);
  const possible = chosen.filter(({ name }) => !skipped.some(([skippedName]) => skippedName === name));
  if (possible.length === 0) throw new Broken('there is no fault to do');

  const rounds: Round[] = [];
  const isDone = (): boolean =>
    rounds.length >= possible.length * options.passes && performance.now() - startedAt >= options.leastMs;
  while (!isDone()) {
    for (const kind of random.shuffled(possible)) {
      stopped.throwIfAborted();
      const roundRandom = random.fork(`round ${rounds.length + 1}`);
      rounds.push(await runRound({ world, kind, random: roundRandom, load, invariants, acknowledged, options }));
      tell(rounds, acknowledged);
      if (rounds.length > possible.length * options.passes && isDone()) break;
    }
  }
  await untilPublished(world);
  await listener?.untilHeard(world.books);
  await listener?.close();
  const [row] = await world.books.query<{ invoices: number }>('SELECT count(*) AS invoices FROM invoices');
  const totalMs = performance.now() - startedAt;
  return { options, rounds, skipped, acknowledged, invoices: row?.invoices ?? 0, totalMs };
}

interface RoundOptions {
  readonly world: World;
  readonly kind: FaultKind;
  readonly random: Random;
  readonly load: Load;
  readonly invariants: Invariants;
  readonly acknowledged: Acknowledged;
  readonly options: Options;
}

async function runRound(round: RoundOptions): Promise<Round> {
  const { world, kind, random, load, invariants, acknowledged, options } = round;
  const startedAt = performance.now();
  world.note(`fault: ${kind.name}`);
  try {
    load.start();
    await delay(random.between(50, MOST_WAIT_MS));
    await kind.strike({ world, random, isShort: options.isShort });
    const healedAt = performance.now();
    world.note('healed');
    await delay(random.between(0, MOST_WAIT_MS / 2));
    await load.finish();
    await untilQuiet(world);
    const quietAt = performance.now();
    await invariants.check(world, acknowledged);
    return { fault: kind.name, recoveryMs: quietAt - healedAt, totalMs: performance.now() - startedAt };
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    throw new Broken(`after "${kind.name}": ${error.message}`, { cause: error });
  }
}

function tell(rounds: readonly Round[], { orders }: Acknowledged): void {
  const round = rounds.at(-1);
  if (!round) return;
  const { fault, recoveryMs, totalMs } = round;
  const times = `${seconds(totalMs).padStart(7)}, at rest ${seconds(recoveryMs)} after it`;
  console.log(`${String(rounds.length).padStart(3)}  ${fault}: all holds (${times}; ${orders.length} orders so far)`);
}

/** Every event has left for others as well. A publisher that was killed holds its place until its lease runs out. */
async function untilPublished(world: World): Promise<void> {
  const deadline = performance.now() + MOST_PUBLISH_MS;
  for (;;) {
    const [row] = await world.books.query<{ waiting: number }>(
      'SELECT placed_position - published_position AS waiting FROM event_feed_progress',
    );
    if (row?.waiting === 0) return;
    if (performance.now() > deadline)
      throw new Broken(`${row?.waiting ?? 0} events have not been published to RabbitMQ`);
    await delay(200);
  }
}
