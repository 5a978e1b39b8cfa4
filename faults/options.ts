import { randomInt } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';

export interface Options {
  readonly seed: number;
  readonly isShort: boolean;
  /** Every fault so often. */
  readonly passes: number;
  /** And no less than this. */
  readonly leastMs: number;
  /** Only faults whose names contain this. */
  readonly only: string;
  readonly workers: number;
  /** RabbitMQ is three nodes behind a proxy, and what goes wrong is these. */
  readonly isCluster: boolean;
}

const SEEDS = 2 ** 32;
const LONG = { isShort: false, passes: 5, leastMs: 600_000, workers: 3 };
const SHORT = { isShort: true, passes: 1, leastMs: 0, workers: 2 };

export function readOptions(args: readonly string[]): Options {
  const command = new Command('faults')
    .description(
      'Breaks a running system at random moments, and checks after each fault that nothing was lost or doubled.',
    )
    .option('--seed <number>', 'replay the choices of an earlier run', wholeNumber)
    .option('--short', 'every fault once, but those that take long (the default)')
    .option(
      '--long',
      'every fault five times, the slow ones too, ten minutes at least; the summary goes to docs/faults.md',
    )
    .option('--duration <seconds>', 'go on for at least so long', wholeNumber)
    .option('--cluster', 'RabbitMQ is a cluster of three nodes, whose nodes are what breaks')
    .option('--only <text>', 'only faults whose names contain this', '')
    .parse(args, { from: 'user' });
  const { seed, long, duration, cluster, only } = command.opts<{
    seed?: number;
    long?: true;
    duration?: number;
    cluster?: true;
    only: string;
  }>();
  return {
    ...(long ? LONG : SHORT),
    ...(duration !== undefined && { leastMs: duration * 1_000 }),
    seed: seed ?? randomInt(SEEDS),
    only,
    isCluster: cluster === true,
  };
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number >= SEEDS) throw new InvalidArgumentError('It must be a whole number below 2^32.');
  return number;
}
