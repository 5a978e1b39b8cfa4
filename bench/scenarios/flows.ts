import type { FlowName } from '../load/flows.ts';
import { measure, type RunLengths, type ScenarioResult } from './measure.ts';
import type { Stage } from './stage.ts';

/** The scenarios that are a flow of requests at 64 connections, in the order in which they are run. */
export const FLOW_SCENARIOS = [
  'read',
  'list',
  'customer',
  'sku',
  'timeline',
  'create',
  'create-keyed',
  'lifecycle',
  'return',
  'mixed',
] as const satisfies readonly FlowName[];
export type FlowScenario = (typeof FLOW_SCENARIOS)[number];

/** Those that cause work for a worker: it is there, with the gateway, on the same cores. */
const WITH_WORKER: ReadonlySet<FlowScenario> = new Set(['return', 'mixed']);
const SETTLING_TIMEOUT_MS = 120_000;
const POLL_INTERVAL_MS = 20;

export async function runFlow(
  stage: Stage,
  flow: FlowScenario,
  lengths: RunLengths,
  orders: number,
): Promise<ScenarioResult> {
  await stage.clearDesk();
  const sample = await stage.sample();
  const common = { ...lengths, stage, flow, sample, orders };
  if (!WITH_WORKER.has(flow)) return measure(common);
  return stage.withWorker(() =>
    measure(flow === 'return' ? { ...common, untilSettled: () => untilSettled(stage) } : common),
  );
}

/** A return is whole when its refund is settled: the run goes on until none is left. */
async function untilSettled({ database }: Stage): Promise<void> {
  const deadline = performance.now() + SETTLING_TIMEOUT_MS;
  while (performance.now() < deadline) {
    const [open] = await database.query<{ exists: boolean }>(
      "SELECT EXISTS (SELECT FROM refunds WHERE state IN ('PENDING', 'SUBMITTED')) AS exists",
    );
    if (!open?.exists) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
  }
  throw new Error('the refunds are not settled within two minutes');
}
