import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** What Linux tells of a process in /proc/PID/stat. */
interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  /** Of the process itself and of the children that it has waited for. */
  readonly cpuTicks: number;
}

let ticksPerSecond = 0;

/**
 * CPU seconds that a process and all below it have used so far: a difference of two readings is what a run cost. Those
 * that have ended in between are in their parent's figure.
 */
export function cpuSecondsOf(rootPid: number): number {
  ticksPerSecond ||= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  const ticks = treeOf(rootPid).reduce((sum, { cpuTicks }) => sum + cpuTicks, 0);
  return ticks / ticksPerSecond;
}

/** A process and all below it, itself first. */
export function processesOf(rootPid: number): readonly number[] {
  return [rootPid, ...treeOf(rootPid).flatMap(({ pid }) => (pid === rootPid ? [] : pid))];
}

/** Resident memory of one process in MiB. */
export function residentMebibytes(pid: number): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kibibytes ?? NaN) / 1_024;
}

/** The parent's id, when the process runs on this machine and is called `name`. */
export function parentOf(pid: number, name: string): number | undefined {
  try {
    if (readFileSync(`/proc/${pid}/comm`, 'utf8').trim() !== name) return undefined;
  } catch {
    return undefined;
  }
  return statOf(pid)?.parent;
}

function treeOf(rootPid: number): ProcessStat[] {
  const all = new Map<number, ProcessStat>();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : undefined;
    if (stat) all.set(Number(name), stat);
  }
  const isBelow = (pid: number): boolean => {
    const parent = all.get(pid)?.parent;
    return pid === rootPid || (parent !== undefined && isBelow(parent));
  };
  return [...all].filter(([pid]) => isBelow(pid)).map(([, stat]) => stat);
}

function statOf(pid: number): ProcessStat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name, in parentheses, may hold anything; field 3 (state) comes after it.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [utime, stime, childUtime, childStime] = fields.slice(11, 15).map(Number);
    return {
      pid,
      parent: Number(fields[1]),
      cpuTicks: (utime ?? 0) + (stime ?? 0) + (childUtime ?? 0) + (childStime ?? 0),
    };
  } catch {
    // It has ended since the folder was listed.
    return undefined;
  }
}
