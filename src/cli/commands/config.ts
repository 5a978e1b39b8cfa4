import { Command } from 'commander';
import { SETTINGS } from '../../platform/settings/table.ts';

export function configCommand(): Command {
  return new Command('config').description('list the settings, read from the environment').action(() => {
    const width = Math.max(...Object.keys(SETTINGS).map((name) => name.length));
    for (const [name, [byDefault, meaning]] of Object.entries(SETTINGS)) {
      console.log(`${name.padEnd(width)}  ${meaning}${byDefault ? ` (default ${byDefault})` : ''}`);
    }
  });
}
