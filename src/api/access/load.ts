import type { onRequestHookHandler, preValidationHookHandler } from 'fastify';
import { LASTING, NEVER_SHED } from '../../identity/operation-costs.ts';
import { isOperation, OPERATIONS, type Access } from '../../identity/operations.ts';
import type { Principal } from '../../identity/principal.ts';
import { watchEventLoop } from '../../platform/load/event-loop-delay.ts';
import type { LoadBounds } from '../../platform/load/load-bounds.ts';
import type { Api } from '../dependencies.ts';
import { ProblemError } from '../problems/problem.ts';
import type { Metrics } from '../metrics.ts';

const RETRY_AFTER_SECONDS = 1;

/**
 * Sheds load before anything is done for it, on every route with an operation that is registered from now on; to be
 * called after the guard is there, because a caller's share is looked at once it is known who calls. It comes before the
 * bound on the engine's queue, which holds back writes alone and stays as it is.
 */
export function boundLoad(api: Api, bounds: LoadBounds, metrics: Metrics): void {
  const eventLoop = watchEventLoop(bounds.mostEventLoopDelayMs);
  api.addHook('onClose', (_instance, done) => {
    eventLoop.stop();
    done();
  });
  let inProgress = 0;
  const ofCaller = new Map<string, number>();
  metrics.watchRequests(() => inProgress);

  const end = () => {
    inProgress -= 1;
  };
  const takeOn: onRequestHookHandler & preValidationHookHandler = (_request, { raw }, done) => {
    if (bounds.mostInProgress > 0 && inProgress >= bounds.mostInProgress) {
      metrics.requestShed('in_progress');
      throw new ProblemError('service.busy', `${inProgress} requests are in progress here.`);
    }
    inProgress += 1;
    // It comes once for each answer, whether that was sent or its client has gone.
    raw.once('close', end);
    done();
  };
  const refuseLate: onRequestHookHandler = (_request, _reply, done) => {
    if (eventLoop.isLate) {
      metrics.requestShed('event_loop');
      throw new ProblemError('service.busy', 'Requests wait too long for their turn here.');
    }
    done();
  };
  const takeShare: onRequestHookHandler = ({ principal }, { raw }, done) => {
    // A client that has gone while the database was asked who it is would never give its share back.
    if (hasShare(principal) && !raw.closed) {
      const { caller } = principal;
      const count = ofCaller.get(caller) ?? 0;
      if (count >= bounds.mostInProgressPerCaller) {
        metrics.requestShed('caller');
        throw tooManyAtOnce(count);
      }
      ofCaller.set(caller, count + 1);
      raw.once('close', () => {
        giveShareBack(ofCaller, caller);
      });
    }
    done();
  };

  api.addHook('onRoute', (route) => {
    const operation = route.schema?.operationId;
    if (operation === undefined || !isOperation(operation) || NEVER_SHED.has(operation)) return;
    const access: Access = OPERATIONS[operation];
    const others = [route.onRequest ?? []].flat();
    if (LASTING.has(operation)) {
      route.onRequest = [refuseLate, ...others];
    } else if (access === 'everyone') {
      // Nobody's share bounds a stranger: a place that is taken once the body is in cannot be held by not sending it.
      route.onRequest = [refuseLate, ...others];
      route.preValidation = [takeOn, ...[route.preValidation ?? []].flat()];
    } else if (bounds.mostInProgressPerCaller > 0) {
      route.onRequest = [refuseLate, takeOn, ...others, takeShare];
    } else {
      route.onRequest = [refuseLate, takeOn, ...others];
    }
  });
}

/** Who is alone here, or not known, takes nothing from others by name. */
function hasShare({ kind }: Principal): boolean {
  return kind !== 'local' && kind !== 'anonymous';
}

function giveShareBack(ofCaller: Map<string, number>, caller: string): void {
  const count = ofCaller.get(caller) ?? 0;
  if (count > 1) ofCaller.set(caller, count - 1);
  else ofCaller.delete(caller);
}

function tooManyAtOnce(count: number): ProblemError {
  return new ProblemError('rate.too_many_at_once', `${count} of your requests are in progress here: await some.`, {
    facts: { retry_after_seconds: RETRY_AFTER_SECONDS },
  });
}
