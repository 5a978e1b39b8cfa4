import type { Acknowledged } from '../load/acknowledged.ts';
import { Broken } from '../load/shop-client.ts';
import type { World } from '../world/world.ts';
import { checkCommands } from './commands.ts';
import { checkChains, checkHistories } from './histories.ts';
import { PaperChecks } from './papers.ts';
import { checkRefunds } from './refunds.ts';
import { checkRows } from './rows.ts';

const MOST_TOLD = 20;

/** What must hold whenever the system is at rest, whatever it has been through. */
export class Invariants {
  readonly #papers = new PaperChecks();

  /** @throws Broken naming what does not hold */
  async check(world: World, acknowledged: Acknowledged): Promise<void> {
    const problems = (
      await Promise.all([
        checkCommands(world.books, acknowledged),
        checkHistories(world),
        checkChains(world),
        this.#papers.check(world),
        checkRefunds(world, acknowledged),
        checkRows(world),
      ])
    ).flat();
    for (const name of world.crashes) problems.push(`${name} crashed of an error that nobody caught`);
    if (problems.length === 0) return;
    const told = problems.slice(0, MOST_TOLD).join('\n  ');
    throw new Broken(`${problems.length} things do not hold:\n  ${told}`);
  }
}
