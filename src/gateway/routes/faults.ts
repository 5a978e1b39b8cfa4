import { Type } from 'typebox';
import { problemAnswers, WITH_BODY } from '../documentation.ts';
import { FAULT_MODES, FAULT_TARGETS, type Fault, type FaultBoard } from '../faults.ts';
import type { GatewayApp } from '../types.ts';

const FaultBody = Type.Object(
  {
    mode: Type.Enum(FAULT_MODES),
    times: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'Requests; absent: until off' })),
    probability: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
    delay_ms: Type.Optional(Type.Integer({ minimum: 0, maximum: 120_000 })),
    on: Type.Optional(Type.Enum(FAULT_TARGETS)),
  },
  { additionalProperties: false, examples: [{ mode: 'timeout_after', times: 1, delay_ms: 30_000 }] },
);

const FaultView = Type.Object({
  mode: Type.Enum(FAULT_MODES),
  on: Type.Enum(FAULT_TARGETS),
  times_left: Type.Union([Type.Integer(), Type.Null()]),
  probability: Type.Number(),
  delay_ms: Type.Union([Type.Integer(), Type.Null()]),
});
const FaultList = Type.Object({ data: Type.Array(FaultView) });

const WHAT_MODES_DO = [
  '`decline`: answers 402',
  '`error_500`, `error_429`: answers so, does nothing',
  '`timeout_after`: does it, then does not answer for `delay_ms` (60 s)',
  '`slow`: does it, and answers after `delay_ms` (5 s)',
  '`in_flight`: answers 409, as if a request with this key were being worked on',
  '`pending`, `pending_decline`: takes it on, and settles it after `delay_ms` (2 s), for good or as declined',
  '`drop_before`, `drop_after`: closes the connection before or after doing it',
  '`garbage`, `huge`: does it, and answers with what is no JSON, or with 10 MB',
].join('\n- ');

/** Faults on demand, so that what must hold when a gateway misbehaves can be shown. */
export function faultRoutes(gateway: GatewayApp, faults: FaultBoard): void {
  gateway.put(
    '/v1/faults',
    {
      schema: {
        operationId: 'switchFaultOn',
        summary: 'Switch a fault on, in the place of those before',
        description: `What the modes do:\n\n- ${WHAT_MODES_DO}`,
        body: FaultBody,
        response: { 200: { description: 'The faults now on', ...FaultList }, ...problemAnswers(...WITH_BODY) },
      },
    },
    async ({ body }) => {
      await faults.switchOn({
        mode: body.mode,
        hits: body.on ?? 'refund',
        timesLeft: body.times ?? null,
        probability: body.probability ?? 1,
        delayMs: body.delay_ms ?? null,
      });
      return { data: (await faults.list()).map(faultView) };
    },
  );

  gateway.get(
    '/v1/faults',
    {
      schema: {
        operationId: 'listFaults',
        summary: 'List the faults that are on',
        response: { 200: { description: 'The faults', ...FaultList }, ...problemAnswers() },
      },
    },
    async () => ({ data: (await faults.list()).map(faultView) }),
  );

  gateway.delete(
    '/v1/faults',
    {
      schema: {
        operationId: 'switchFaultsOff',
        summary: 'Switch all faults off',
        response: { 204: { description: 'They are off', ...Type.Null() }, ...problemAnswers() },
      },
    },
    async (_request, reply) => {
      await faults.switchOff();
      return reply.code(204).send(null);
    },
  );
}

function faultView({ mode, hits, timesLeft, probability, delayMs }: Fault): Type.Static<typeof FaultView> {
  return { mode, on: hits, times_left: timesLeft, probability, delay_ms: delayMs };
}
