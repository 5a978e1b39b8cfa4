import { expect, test } from 'vitest';
import { loadProgram } from './program.ts';

/** Only the command that is asked for is loaded, and what stands for it in the arguments is its name. */
const namesFor = async (...asked: string[]) =>
  (await loadProgram(['node', 'roundtrip', ...asked])).commands.map((command) => command.name());

test('every command is loaded for the help, and each by itself under its own name', async () => {
  const all = await namesFor('--help');
  expect(all.slice(0, 5)).toEqual(['start', 'stack', 'web', 'worker', 'gateway']);
  expect(new Set(all).size).toBe(all.length);
  for (const name of all) expect(await namesFor(name)).toEqual([name]);
});

test.each([[[]], [['strat']], [['constructor']]])(
  '%j names no command, so all are there to choose from',
  async (asked) => {
    expect(await namesFor(...asked)).toEqual(await namesFor('--help'));
  },
);
