import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { compileCheck } from '../platform/http/check.ts';
import { GatewayProblem } from './problem.ts';

export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const check = compileCheck(schema, { isText: httpPart !== 'body' });
  return (value: unknown) => {
    const checked = check(value);
    if ('value' in checked) return checked;
    throw new GatewayProblem('request.invalid', 'Something in the request is not as described.', {
      errors: checked.errors,
    });
  };
};
