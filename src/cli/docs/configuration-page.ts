import { SETTINGS } from '../../platform/settings/table.ts';
import { code, table } from './markdown.ts';

/** docs/configuration.md: every setting there is. */
export function configurationPage(): string {
  return [
    '# Configuration',
    'Every setting, as `npx roundtrip config` lists them too. All are read from the environment, once, at the start of ' +
      'each process; what is wrong is told at once and by name, and nothing starts. An empty text is as good as none. ' +
      'Commands in another shell read the environment of that shell: set there what the server was started with.',
    table(
      ['setting', 'default', 'what it is'],
      Object.entries(SETTINGS).map(([name, [byDefault, meaning]]) => [
        code(name),
        byDefault === '' ? '' : code(byDefault),
        meaning,
      ]),
    ),
  ].join('\n\n');
}
