import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Place } from './running-roundtrip.ts';

export interface FoundProcess {
  readonly pid: number;
  readonly parentPid: number;
  readonly role: string;
}

/** They carry the place's ports and folders in their environment, which tells them from anybody else's. */
export async function processesOf({ folder }: Place): Promise<FoundProcess[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eww', '-o', 'pid=,ppid=,args=', 'e']);
  return stdout.split('\n').flatMap((line) => {
    const match = /^ *(\d+) +(\d+) .*main\.js (web|worker|gateway) /.exec(line);
    if (!match || !line.includes(`DATA_DIR=${folder}`)) return [];
    return [{ pid: Number(match[1]), parentPid: Number(match[2]), role: match[3] ?? '' }];
  });
}
