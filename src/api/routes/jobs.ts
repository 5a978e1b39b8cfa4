import { Type } from 'typebox';
import { OutcomeUnknown } from '../../platform/database/transaction.ts';
import type { Decided } from '../../engine/request.ts';
import { findDeadJobs, listJobs, listJobsOfOrder, readJob, type JobView } from '../../queries/jobs.ts';
import type { Api, ApiDependencies } from '../dependencies.ts';
import { problemAnswers, WITH_BODY } from '../description/documentation.ts';
import { pageRequestOf, pageView } from '../lists/list-query.ts';
import { ProblemError } from '../problems/problem.ts';
import { write } from '../http/write.ts';
import { IdempotencyHeader, IdParameters, ref, strict } from '../schemas/common.ts';
import {
  DismissJobBody,
  JobListQuery,
  JobPage,
  JobSchema,
  RetriedJobsSchema,
  RetryJobsBody,
} from '../schemas/record.ts';
import { jobView } from '../views/record.ts';

/** Of those that are alike, how many one request runs again. */
const MOST_RETRIED = 200;
const MOST_JOBS_OF_ORDER = 200;

export function jobRoutes(api: Api, { engine, orders, pool }: ApiDependencies): void {
  api.get(
    '/v1/jobs',
    {
      schema: {
        operationId: 'listJobs',
        tags: ['jobs'],
        summary: 'List jobs, newest first',
        description:
          'DEAD ones ran twelve times without success, or cannot succeed; they wait for a person. Of DISMISSED ones a ' +
          'person has said that nothing is to be done.',
        querystring: JobListQuery,
        response: { 200: { description: 'A page of jobs', ...ref(JobPage) }, ...problemAnswers() },
      },
    },
    async ({ query }) => {
      const filter = { state: query.state, kind: query.kind, orderId: query.order_id };
      return pageView(await listJobs(pool, filter, pageRequestOf(query, 'jobs')), jobView, 'jobs');
    },
  );

  api.get(
    '/v1/jobs/:id',
    {
      schema: {
        operationId: 'getJob',
        tags: ['jobs'],
        summary: 'Read one job',
        params: IdParameters,
        response: { 200: { description: 'The job', ...ref(JobSchema) }, ...problemAnswers('job.not_found') },
      },
    },
    async ({ params }) => {
      const found = await readJob(pool, params.id);
      if (!found) throw new ProblemError('job.not_found', `No job has the id ${params.id}.`);
      return jobView(found);
    },
  );

  api.post(
    '/v1/jobs/:id/retry',
    {
      schema: {
        operationId: 'retryJob',
        tags: ['jobs'],
        summary: 'Run a dead, dismissed or waiting job again, now',
        description:
          'Its attempts begin again from none. Whatever it did before, running it again has one effect. Who asked for it is ' +
          'on the job.',
        headers: IdempotencyHeader,
        params: IdParameters,
        body: Type.Object({}, { ...strict, examples: [{}] }),
        response: {
          200: { description: 'The job as it is now', ...ref(JobSchema) },
          ...problemAnswers(...WITH_BODY, 'job.not_found', 'job.not_retryable'),
        },
      },
    },
    async (request, reply) =>
      write({
        engine,
        request,
        reply,
        intent: { kind: 'retry_job', jobId: request.params.id },
        status: 200,
        view: (outcome) => ({ view: jobView(jobOf(outcome)) }),
      }),
  );

  api.post(
    '/v1/jobs/:id/dismiss',
    {
      schema: {
        operationId: 'dismissJob',
        tags: ['jobs'],
        summary: 'Take a dead job off the list of what needs a person',
        description:
          'For one that can never succeed, such as an e-mail to an address that there is not. It is DISMISSED, with who ' +
          'did it and why, counts as dead no more, and does not run unless somebody has it run again. What it was about ' +
          'stays undone: a refund is not paid by it.',
        headers: IdempotencyHeader,
        params: IdParameters,
        body: DismissJobBody,
        response: {
          200: { description: 'The job as it is now', ...ref(JobSchema) },
          ...problemAnswers(...WITH_BODY, 'job.not_found', 'job.not_dismissible'),
        },
      },
    },
    async (request, reply) =>
      write({
        engine,
        request,
        reply,
        intent: { kind: 'dismiss_job', jobId: request.params.id, reason: request.body.reason },
        status: 200,
        view: (outcome) => ({ view: jobView(jobOf(outcome)) }),
      }),
  );

  api.post(
    '/v1/jobs/retry',
    {
      schema: {
        operationId: 'retryJobsAlike',
        tags: ['jobs'],
        summary: 'Run dead jobs that are alike again, now',
        description:
          `Of one kind, and with \`last_error\` those alone that failed with exactly this; ${MOST_RETRIED} at once, the ` +
          'oldest first. Sent again, it runs those that have died since, or failed to be run again. It is an error only where ' +
          'none of them runs again.',
        body: RetryJobsBody,
        response: {
          200: { description: 'How many run again', ...ref(RetriedJobsSchema) },
          ...problemAnswers(...WITH_BODY),
        },
      },
    },
    async (request) => {
      const { kind, last_error: lastError = null } = request.body;
      const found = await findDeadJobs(pool, { kind, lastError, limit: MOST_RETRIED + 1 });
      const settled = await Promise.allSettled(
        found
          .slice(0, MOST_RETRIED)
          .map((jobId) => engine.execute({ intent: { kind: 'retry_job', jobId }, actor: request.principal.actor })),
      );
      const failures = settled.filter((result) => result.status === 'rejected');
      // Where not one of them runs again, the answer is whatever stood in the way; an untold end before a known one.
      if (failures.length > 0 && failures.length === settled.length) {
        throw (failures.find(({ reason }) => reason instanceof OutcomeUnknown) ?? failures[0])?.reason;
      }
      for (const { reason } of failures) request.log.warn({ err: reason as unknown }, 'a job was not retried');
      // One that somebody else has retried meanwhile is refused, and is as it should be.
      const retried = settled.filter(
        (result) => result.status === 'fulfilled' && result.value.kind === 'job_retried',
      ).length;
      return { retried, failed: failures.length, remaining: found.length > MOST_RETRIED || failures.length > 0 };
    },
  );

  api.get(
    '/v1/orders/:id/jobs',
    {
      schema: {
        operationId: 'listOrderJobs',
        tags: ['jobs'],
        summary: "List an order's jobs, newest first",
        params: IdParameters,
        response: {
          200: { description: 'Its jobs', ...Type.Object({ data: Type.Array(ref(JobSchema)) }) },
          ...problemAnswers('order.not_found'),
        },
      },
    },
    async ({ params }) => {
      const found = await listJobsOfOrder(pool, params.id, MOST_JOBS_OF_ORDER);
      if (found.length === 0 && !(await orders.read(params.id))) {
        throw new ProblemError('order.not_found', `No order has the id ${params.id}.`);
      }
      return { data: found.map(jobView) };
    },
  );
}

function jobOf(outcome: Exclude<Decided, { kind: 'refused' }>): JobView {
  if (outcome.kind === 'done') throw new TypeError('the outcome has no job');
  return outcome.job;
}
