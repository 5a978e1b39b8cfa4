import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { SETTINGS } from '../platform/settings/table.ts';
import { readComposeFile } from './deploy/compose-file.ts';
import { composeFaults } from './deploy/compose-rules.ts';
import { readDockerfile, type Stage } from './deploy/dockerfile.ts';
import { tryImage } from './deploy/try-image.ts';

/**
 * Checks what deploys Roundtrip, where no Docker is at hand: compose.yaml by the specification's schema and by rules of
 * our own, the Dockerfile, the proxy's configuration where HAProxy is installed, as it must be in CI. `--build` also does the Dockerfile's
 * steps in a temporary folder and starts what comes of them.
 */
const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string) => readFile(join(root, path), 'utf8');

const stages = readDockerfile(await read('deploy/Dockerfile'));
const faults = [...(await composeFileFaults()), ...(await nodeFaults(stages)), ...proxyFaults()];
if (process.argv.includes('--build')) faults.push(...(await tryImage(stages, root)));

for (const fault of faults) console.error(fault);
console.log(`deployment: ${faults.length} faults`);
process.exitCode = faults.length > 0 ? 1 : 0;

async function composeFileFaults(): Promise<readonly string[]> {
  const document: unknown = parse(await read('compose.yaml'), { merge: true });
  const result = readComposeFile(document, await read('deploy/compose-schema/compose_spec.json'));
  if ('faults' in result) return result.faults.map((fault) => `compose.yaml: ${fault}`);
  const faultsOfRules = composeFaults(result.file, {
    ownImage: 'roundtrip',
    settings: new Set(Object.keys(SETTINGS)),
    exists: (path) => existsSync(join(root, path)),
  });
  return faultsOfRules.map((fault) => `compose.yaml: ${fault}`);
}

/** The image's Node is the one that everything is tested on. */
async function nodeFaults(built: readonly Stage[]): Promise<string[]> {
  const { dependencies } = JSON.parse(await read('package.json')) as { dependencies: { node: string } };
  const expected = `node:${dependencies.node}-bookworm-slim`;
  return [
    ...built.filter(({ base }) => base !== expected).map(({ base }) => `Dockerfile: ${base}, and not ${expected}`),
    ...(built.at(-1)?.user === 'node' ? [] : ['Dockerfile: the image runs as root']),
  ];
}

function proxyFaults(): string[] {
  const { status, stderr, error } = spawnSync('haproxy', ['-c', '-f', join(root, 'deploy/haproxy.cfg')], {
    encoding: 'utf8',
  });
  if (error) {
    if (process.env['CI'] !== undefined) return ['haproxy is not installed: its configuration was not checked'];
    console.log('haproxy is not installed: its configuration was not checked');
    return [];
  }
  return status === 0 ? [] : [`haproxy.cfg: ${stderr}`];
}
