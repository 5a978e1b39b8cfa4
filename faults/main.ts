import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { readOptions, type Options } from './options.ts';
import { summaryOf, writeToPage } from './report.ts';
import { runFaults } from './run.ts';
import { clusterAbsence } from './world/rabbit/cluster.ts';
import { findRabbitServer } from './world/rabbit/node.ts';
import { World } from './world/world.ts';

/** Set in the process that has a mount namespace of its own. */
const MOUNTS = 'FAULTS_MOUNTS';
const WEBS = 2;

const options = readOptions(process.argv.slice(2));
// Orders under way may be waiting for answers that will not come any more.
process.exit(process.env[MOUNTS] === undefined && canUnshare() ? await runApart() : await run(options));

/** Small disks are mounted where nobody else sees them, and they are gone with the last process that does. */
function canUnshare(): boolean {
  return process.getuid?.() === 0 && spawnSync('unshare', ['--mount', 'true']).status === 0;
}

async function runApart(): Promise<number> {
  const args = ['--mount', process.execPath, fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  const child = spawn(
    'unshare',
    [...args, ...(process.argv.includes('--seed') ? [] : ['--seed', String(options.seed)])],
    {
      env: { ...process.env, [MOUNTS]: '1' },
      // The channel tells it of our end.
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    },
  );
  // A terminal sends Ctrl-C to both; the child stops everything and then ends.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve) => {
    child.once('exit', (code) => {
      resolve(code ?? 1);
    });
  });
}

async function run({ seed }: Options): Promise<number> {
  const rabbitProgram = findRabbitServer();
  if (rabbitProgram === undefined) {
    console.error('faults: rabbitmq-server is not installed, and the harness starts one of its own');
    return 1;
  }
  const absence = options.isCluster ? clusterAbsence() : undefined;
  if (absence !== undefined) {
    console.error(`faults: ${absence}, and a cluster needs it`);
    return 1;
  }
  const flags = `${options.isShort ? '' : ' --long'}${options.isCluster ? ' --cluster' : ''}`;
  console.log(`faults: seed ${seed} (npm run faults -- --seed ${seed}${flags} makes the same choices)`);
  const stopping = new AbortController();
  const interrupt = (): void => {
    stopping.abort(new Error('it was interrupted'));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
  if (process.channel) process.once('disconnect', interrupt);
  const mayMount = process.env[MOUNTS] !== undefined;
  const { workers, isCluster } = options;
  const world = await World.start({ webs: WEBS, workers, mayMount, rabbitProgram, isCluster });
  let failed = false;
  try {
    const report = await Promise.race([runFaults(world, options, stopping.signal), aborted(stopping.signal)]);
    const summary = summaryOf(report);
    console.log(`\n${summary}\n`);
    if (!options.isShort && options.only === '' && !isCluster) await writeToPage(summary);
  } catch (error) {
    failed = true;
    const interrupted = stopping.signal.aborted;
    const text = error instanceof Error && error.name === 'Broken' ? error.message : error;
    console.error(`faults: BROKEN (seed ${seed}):`, interrupted ? 'interrupted' : text);
    if (!interrupted) console.error(`faults: what the processes said is in ${world.folders.log}`);
  } finally {
    await world.stop({ keepFolder: failed && !stopping.signal.aborted });
  }
  return failed ? 1 : 0;
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
}
