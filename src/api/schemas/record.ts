import { Type } from 'typebox';
import { JOB_KINDS } from '../../domain/decision.ts';
import { lifecycles } from '../../domain/lifecycles.ts';
import { JOB_STATES } from '../../queries/jobs.ts';
import { Id, named, Nullable, pageOf, PageQuery, ref, strict, Text, TimestampOut } from './common.ts';

export const TransitionSchema = named(
  'Transition',
  Type.Object({
    id: Id,
    order_id: Id,
    sequence: Type.Integer({ description: "Position in the order's audit chain, from 1" }),
    entity_type: Type.Enum(lifecycles.map(({ entity }) => entity)),
    entity_id: Id,
    event: Type.String(),
    from_state: Nullable(Type.String()),
    to_state: Type.String(),
    actor: Type.String(),
    reason: Nullable(Type.String()),
    created_at: TimestampOut,
    hash: Type.String({ description: 'SHA-256 over this row and the hash of the one before, in hexadecimal' }),
  }),
);
export const TransitionPage = pageOf(TransitionSchema);

export const JobSchema = named(
  'Job',
  Type.Object({
    id: Id,
    order_id: Id,
    kind: Type.Enum(JOB_KINDS),
    subject_id: { ...Id, description: 'The invoice or refund that it is about' },
    state: Type.Enum(JOB_STATES),
    attempts: Type.Integer(),
    run_at: TimestampOut,
    last_error: Nullable(Type.String()),
    seen_to_by: { ...Nullable(Type.String()), description: 'Who last had it run again, or dismissed it' },
    seen_to_at: Nullable(TimestampOut),
    seen_to_reason: { ...Nullable(Type.String()), description: 'Why it was dismissed' },
    created_at: TimestampOut,
    updated_at: TimestampOut,
    allowed: Type.Array(Type.Enum(['retry', 'dismiss'] as const)),
  }),
);
export const JobPage = pageOf(JobSchema);
export const JobListQuery = Type.Object(
  {
    state: Type.Optional(Type.Enum(JOB_STATES)),
    kind: Type.Optional(Type.Enum(JOB_KINDS)),
    order_id: Type.Optional(Id),
    ...PageQuery,
  },
  strict,
);

export const DismissJobBody = Type.Object(
  { reason: { ...Text(1_000, 'The customer has mistyped the address'), description: 'Kept on the job' } },
  { ...strict, examples: [{ reason: 'The customer has mistyped the address' }] },
);

export const RetryJobsBody = Type.Object(
  {
    kind: Type.Enum(JOB_KINDS),
    last_error: Type.Optional(
      Type.String({ minLength: 1, maxLength: 1_000, description: 'Only those that failed with exactly this' }),
    ),
  },
  { ...strict, examples: [{ kind: 'invoice.email', last_error: 'connect ECONNREFUSED' }] },
);
export const RetriedJobsSchema = named(
  'RetriedJobs',
  Type.Object({
    retried: Type.Integer({ description: 'How many run again, for sure' }),
    failed: Type.Integer({ description: 'Of how many it could not be seen to, or is not known: ask again' }),
    remaining: Type.Boolean({ description: 'Whether more such jobs are dead, as far as is known: ask again' }),
  }),
);

export const ProblemSchema = named(
  'Problem',
  Type.Object(
    {
      type: Type.String(),
      title: Type.String(),
      status: Type.Integer(),
      code: Type.String(),
      detail: Type.String(),
      errors: Type.Optional(Type.Array(Type.Object({ field: Type.String(), message: Type.String() }))),
    },
    { additionalProperties: true, description: 'RFC 9457 problem details' },
  ),
);

export const problemRef = ref(ProblemSchema);
