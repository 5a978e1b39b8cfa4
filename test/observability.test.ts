import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Metrics } from '../src/api/metrics.ts';
import { createBackend } from '../src/cli/backend.ts';
import { startMetricsPage } from '../src/cli/roles/metrics-page.ts';
import type { Role } from '../src/cli/roles/role.ts';
import { startWeb } from '../src/cli/roles/web.ts';
import { startWorker } from '../src/cli/roles/worker.ts';
import { readConfig } from '../src/platform/config.ts';
import { silentLogger } from '../src/platform/logger.ts';
import { useDatabase } from './support/database.ts';
import { useEngine } from './support/engine.ts';
import { eventually } from './support/eventually.ts';
import { namesInPromql, samplesOf, valueOf } from './support/http/prometheus.ts';

const database = useDatabase();
const shop = useEngine(database);

/** Made by Prometheus itself, for each target that it scrapes. */
const OF_PROMETHEUS = { metrics: ['up'], labels: ['job', 'instance', 'le'] };

const running: Role[] = [];
const closing: (() => Promise<void>)[] = [];
let pages: { web: string; worker: string };
let samples: Map<string, Set<string>>;

/** Web and worker as their commands start them, each with metrics of its own; nobody is at the broker's address. */
beforeAll(async () => {
  const config = readConfig({
    DATABASE_URL: database.url,
    BROKER_URL: 'amqp://127.0.0.1:1',
    PORT: '0',
    METRICS_PORT: '0',
  });
  const [ofWeb, ofWorker] = [
    createBackend(config, database.url, silentLogger),
    createBackend(config, database.url, silentLogger),
  ];
  closing.push(
    () => ofWeb.close(),
    () => ofWorker.close(),
  );
  const { refund, order } = await shop.refundedOrder();
  await shop.change(order.id, { type: 'submit_refund', refundId: refund.id });
  const web = await startWeb(ofWeb, 0);
  running.push(web);
  await fetch(`${web.url}/v1/orders/${order.id}`);
  running.push(await startWorker(ofWorker, 'http://127.0.0.1:1'));
  // As the worker would tell, had it a broker: labels are there once something has happened.
  ofWorker.metrics.jobRan('refund.submit', 'retried', 0.01);
  ofWorker.metrics.transition('order', 'PAID');
  const page = await startMetricsPage(config, ofWorker.metrics);
  if (!page) throw new Error('METRICS_PORT is set, and there is no page');
  running.push(page);
  const read = async (url: string) => (await fetch(`${url}/metrics`)).text();
  pages = { web: await read(web.url), worker: await read(page.url) };
  samples = samplesOf(`${pages.web}\n${pages.worker}`);
});
afterAll(async () => {
  for (const role of running.reverse()) await role.stop();
  for (const close of closing) await close();
});

const read = (path: string) => readFile(fileURLToPath(new URL(`../deploy/${path}`, import.meta.url)), 'utf8');

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly summary: string; readonly action: string };
}
interface Panel {
  readonly title: string;
  readonly targets: readonly { readonly expr: string }[];
}
const rules = (parse(await read('prometheus/alerts.yaml')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
);
const { panels } = JSON.parse(await read('grafana/roundtrip.json')) as { panels: Panel[] };
const expressions: [where: string, expression: string][] = [
  ...rules.map(({ alert, expr }) => [`alert ${alert}`, expr] as [string, string]),
  ...panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [`panel "${title}"`, expr] as [string, string])),
];

describe('every metric that rules and dashboard speak of is there, with the labels that they ask for', () => {
  test.each(expressions)('%s: %s', (_where, expression) => {
    const { metrics, labels } = namesInPromql(expression);
    expect(metrics.size).toBeGreaterThan(0);
    const known = new Set([...samples.keys(), ...OF_PROMETHEUS.metrics]);
    expect([...metrics].filter((name) => !known.has(name))).toEqual([]);
    const carried = new Set([
      ...OF_PROMETHEUS.labels,
      ...[...metrics].flatMap((name) => [...(samples.get(name) ?? [])]),
    ]);
    expect([...labels].filter((name) => !carried.has(name))).toEqual([]);
  });
});

test('how long answers take is asked without those of health, readiness and metrics, which would hide slow ones', () => {
  const ofDurations = expressions.filter(([, expression]) => expression.includes('http_request_duration_seconds'));
  expect(ofDurations).toHaveLength(4);
  for (const [where, expression] of ofDurations) {
    expect(expression, where).toContain('http_request_duration_seconds_bucket{path!~"/health|/ready|/metrics"}[');
  }
});

describe('the reading of expressions', () => {
  test('finds metrics and labels, and takes neither functions, groupings nor texts for metrics', () => {
    const expression =
      'sum by (le, kind) (rate(a_bucket{status=~"5..", other="x y"}[5m])) > 0.5 * sum(b_total) or absent(up == 1)';
    const { metrics, labels } = namesInPromql(expression);
    expect([...metrics]).toEqual(['a_bucket', 'b_total', 'up']);
    expect([...labels].toSorted()).toEqual(['kind', 'le', 'other', 'status']);
  });
});

describe('rules', () => {
  test('have names of their own, and say what happened and what to do', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { annotations } of rules) {
      expect(annotations.summary).toBeTruthy();
      expect(annotations.action).toBeTruthy();
    }
  });
});

describe('what the metrics say', () => {
  test('a broker that is away is 0, in web and worker', () => {
    expect(valueOf(pages.web, 'broker_connected')).toBe(0);
    expect(valueOf(pages.worker, 'broker_connected')).toBe(0);
  });

  test('refunds that are not paid are counted by state, and those that are paid are not', () => {
    expect(valueOf(pages.web, 'refunds_open{state="SUBMITTED"}')).toBe(1);
    expect(pages.web).not.toContain('refunds_open{state="SUCCEEDED"}');
  });

  test('the longest wait grows while a job is due, whoever is asked', async () => {
    const { refund } = await shop.refundedOrder();
    await database.pool.query(`UPDATE jobs SET run_at = now() - interval '90 seconds' WHERE subject_id = $1`, [
      refund.id,
    ]);
    const [web] = running as [Role & { url: string }];
    await eventually('the wait is told', async () => {
      const page = await (await fetch(`${web.url}/metrics`)).text();
      return (valueOf(page, 'jobs_longest_wait_seconds') ?? 0) >= 90;
    });
  });

  test('a process without a broker says nothing of one', async () => {
    const metrics = new Metrics();
    metrics.watchPool(database.pool, []);
    const alone = samplesOf(await metrics.page());
    expect(alone.has('event_feed_lag_seconds')).toBe(true);
    for (const name of ['broker_connected', 'event_publishing_lag_seconds']) expect(alone.has(name), name).toBe(false);
  });
});
