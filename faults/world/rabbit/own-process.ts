import { spawn, type ChildProcess } from 'node:child_process';

const STOP_PATIENCE_MS = 20_000;

export interface OwnProcess {
  readonly program: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** In a process group of its own, which goes with the harness, however that ends short of kill -9. */
export function spawnGroup({ program, args, folder, environment }: OwnProcess): ChildProcess {
  const child = spawn(program, args, { cwd: folder, env: environment, stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  const endWithUs = (): void => {
    signalGroup(child, 'SIGKILL');
  };
  process.once('exit', endWithUs);
  child.once('exit', () => process.off('exit', endWithUs));
  return child;
}

export function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

export async function endGroup(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (hasEnded(child)) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  signalGroup(child, signal);
  const timer = setTimeout(() => {
    signalGroup(child, 'SIGKILL');
  }, STOP_PATIENCE_MS);
  await ended;
  clearTimeout(timer);
  // The script that started it may end before what it started.
  signalGroup(child, 'SIGKILL');
}

export function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // The group is gone.
  }
}
