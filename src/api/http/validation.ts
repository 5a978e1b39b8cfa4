import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { compileCheck } from '../../platform/http/check.ts';
import { ProblemError } from '../problems/problem.ts';

/** Compiles a route's schema; what does not fit it makes a `request.invalid` problem that names the fields. */
export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const check = compileCheck(schema, { isText: httpPart !== 'body' });
  return (value: unknown) => {
    const checked = check(value);
    if ('value' in checked) return checked;
    const [first] = checked.errors;
    const detail = `${first?.field || (httpPart ?? 'The request')} ${first?.message ?? 'is not valid'}`;
    throw new ProblemError('request.invalid', detail, { errors: checked.errors });
  };
};
