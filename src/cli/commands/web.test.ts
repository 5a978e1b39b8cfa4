import { expect, test } from 'vitest';
import { readConfig } from '../../platform/config.ts';
import { webCommand } from './web.ts';

test.each(['0', '65', 'two', '1.5', ''])('%j processes are refused by the name of the option', async (count) => {
  const command = webCommand(() => readConfig({}))
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  await expect(command.parseAsync(['--processes', count], { from: 'user' })).rejects.toThrow(
    `option '--processes <count>' argument '${count}' is invalid. It must be a whole number from 1 to 64.`,
  );
});
