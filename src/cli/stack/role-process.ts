import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { NODE_ENVIRONMENT, NODE_FLAGS } from '../start-up/node-flags.ts';
import { SupervisedProcess } from '../supervised-process.ts';

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));

export interface ProcessPlan {
  /** How its lines are marked: "web.1". */
  readonly name: string;
  readonly role: 'web' | 'worker' | 'gateway';
  readonly environment: NodeJS.ProcessEnv;
  /** Whether it is up, asked over HTTP. */
  readonly healthUrl: string;
}

export interface ProcessObserver {
  line(name: string, text: string): void;
  /** It ended unasked, and starts again after the pause. */
  died(name: string, how: string, pauseMs: number): void;
}

/** A role in a process of its own. */
export class RoleProcess extends SupervisedProcess {
  readonly plan: ProcessPlan;

  constructor(plan: ProcessPlan, observer: ProcessObserver) {
    super({
      launch: () => launch(plan, observer),
      died: (how, pauseMs) => {
        observer.died(plan.name, how, pauseMs);
      },
    });
    this.plan = plan;
  }
}

function launch({ name, role, environment }: ProcessPlan, observer: ProcessObserver): ChildProcess {
  const child = spawn(process.execPath, [...NODE_FLAGS, MAIN, role], {
    env: { ...NODE_ENVIRONMENT, ...environment },
    // The channel tells it of our end. In a group of its own: Ctrl-C at the terminal is ours to pass on, in order.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream)
      createInterface({ input: stream }).on('line', (text) => {
        observer.line(name, text);
      });
  }
  return child;
}
