import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * What takes longest, and in this order: so that no long file begins when the others are done, and a core waits for it.
 * The console's lie together, because a worker that goes from one project to another loads everything anew.
 */
const LONGEST = [
  'test/main-job-month.test.ts',
  'test/console/every-page.test.ts',
  'test/console/daily-jobs.test.ts',
  'test/console/people.test.ts',
  'test/console/money.test.ts',
  'test/console/screenshots.test.ts',
  'src/platform/embedded-postgres.database.test.ts',
  'test/main-job.test.ts',
  'test/graceful.test.ts',
  'test/start.test.ts',
  'test/keys-command.test.ts',
  'test/people-command.test.ts',
  'test/stack.test.ts',
  'test/recovery.test.ts',
  'src/jobs/reconciliation/reconcile-refunds.database.test.ts',
  'src/platform/database/migrate.database.test.ts',
  'test/attacks/fuzz.test.ts',
];

/** The others follow as Vitest has them: by project, and the larger first. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const placeOf = ({ moduleId }: TestSpecification): number => {
      const place = LONGEST.indexOf(relative(this.ctx.config.root, moduleId));
      return place === -1 ? LONGEST.length : place;
    };
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => placeOf(one) - placeOf(other));
  }
}
