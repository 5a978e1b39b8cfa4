import type { Problem } from './types.ts';

/** What the API answered instead of what was asked for; or that it did not answer at all. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  /** 0: there was no answer. */
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly requestId: string | null;

  constructor(status: number, problem: Pick<Problem, 'code' | 'title' | 'detail'>, requestId: string | null) {
    super(problem.detail);
    this.status = status;
    this.code = problem.code;
    this.title = problem.title;
    this.requestId = requestId;
  }

  /** Whether somebody else changed the order since it was read. */
  get isConflict(): boolean {
    return this.status === 412;
  }

  /** Whether it is certain that nothing was done. */
  get isRefusal(): boolean {
    return this.status >= 400 && this.status < 500 && !this.isPassing;
  }

  /** Whether the same request may well succeed a moment later. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status === 503;
  }
}

export function problemOf(body: unknown, response: Response): ApiProblem {
  const requestId = response.headers.get('x-request-id');
  if (isProblem(body)) return new ApiProblem(response.status, body, requestId);
  const title = `The server answered ${response.status}.`;
  return new ApiProblem(response.status, { code: 'http', title, detail: title }, requestId);
}

export function noAnswer(): ApiProblem {
  return new ApiProblem(
    0,
    { code: 'network', title: 'The server does not answer.', detail: 'The server does not answer. Is it running?' },
    null,
  );
}

/** In words, whatever was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'code' in body && 'detail' in body;
}
