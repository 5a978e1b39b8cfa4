import type { Worker } from 'node:cluster';
import { inspect } from 'node:util';
import { ProblemError } from '../../api/problems/problem.ts';
import type { Metrics } from '../../api/metrics.ts';
import type { ProcessReport } from '../../api/metrics/process-report.ts';
import type { Config } from '../../platform/config.ts';
import { createLogger } from '../../platform/logger.ts';
import { StartError } from '../../platform/start-error.ts';
import { createBackend } from '../backend.ts';
import { requireDatabaseUrl } from '../database.ts';
import { startWeb } from '../roles/web.ts';
import { runUntilStopped, type StopRequest } from '../run-until-stopped.ts';
import { isMessage, type FromServing } from './messages.ts';

/** Longer than the process that starts all waits for the slowest of them. */
const METRICS_PATIENCE_MS = 3_000;

/**
 * One of several processes behind one port. It says nothing to people: the one that started it has migrated the
 * database, and announces all of them once; to it goes the word that this one is up, or why it cannot be.
 */
export async function serveAsOneOfSeveral(worker: Worker, config: () => Config): Promise<void> {
  const stopRequest = listenForStopOfAll();
  const serving = await startServing(worker, config).catch(async (error: unknown) => {
    await tell({ kind: 'cannot_start', because: error instanceof StartError ? error.message : inspect(error) });
    process.exit(1);
  });
  // Without the one that started it Node would end this process at once, and with it what is in flight.
  worker.exitedAfterDisconnect = true;
  await tell({ kind: 'up', url: serving.url });
  await runUntilStopped(stopRequest, serving.stop);
}

async function startServing(
  worker: Worker,
  config: () => Config,
): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  const settings = config();
  const databaseUrl = requireDatabaseUrl(settings);
  // All write to one log.
  const logger = createLogger(settings.logLevel).child({ process: process.pid });
  const backend = createBackend(settings, databaseUrl, logger);
  const web = await startWeb(backend, settings.stopDelayMs, {
    metricsOfAll: answerAndAskForMetrics(worker, backend.metrics),
  });
  return {
    url: web.url,
    stop: async () => {
      await web.stop();
      await backend.close();
    },
  };
}

/**
 * The first word counts, and no other: Ctrl-C at a terminal reaches every process, and the one that started this one
 * sends its own signal as well. A second Ctrl-C is its to act on, and its end is ours, however it comes.
 */
function listenForStopOfAll(): StopRequest {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        resolve(signal);
      });
    }
    process.once('disconnect', () => {
      resolve('the end of the process that started it');
    });
  });
}

/** Tells what was counted here when it is asked for, and asks for what all have counted. */
function answerAndAskForMetrics(worker: Worker, metrics: Metrics): () => Promise<ProcessReport> {
  const asked = new Map<number, (report: ProcessReport) => void>();
  let lastNumber = 0;
  const answer = async (number: number): Promise<void> => {
    await tell({ kind: 'metrics', number, report: await metrics.report() });
  };
  worker.on('message', (message: unknown) => {
    if (!isMessage(message)) return;
    if (message.kind === 'metrics_wanted') void answer(message.number);
    else if (message.kind === 'metrics') asked.get(message.number)?.(message.report);
  });
  return async () => {
    lastNumber += 1;
    const number = lastNumber;
    const { promise, resolve, reject } = Promise.withResolvers<ProcessReport>();
    asked.set(number, resolve);
    const timer = setTimeout(() => {
      reject(new ProblemError('service.busy', 'The process that asks all others does not answer.'));
    }, METRICS_PATIENCE_MS);
    try {
      await tell({ kind: 'metrics_wanted', number });
      return await promise;
    } finally {
      clearTimeout(timer);
      asked.delete(number);
    }
  };
}

/** Resolves when it is on its way; also when nobody is there to hear it any more. */
function tell(message: FromServing): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected || !process.send) {
      resolve();
      return;
    }
    process.send(message, undefined, undefined, () => {
      resolve();
    });
  });
}
