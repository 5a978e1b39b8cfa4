import type { Pool } from 'pg';
import { Type } from 'typebox';
import { problemAnswers } from '../documentation.ts';
import type { GatewayApp } from '../types.ts';

export function healthRoutes(gateway: GatewayApp, pool: Pool): void {
  gateway.get(
    '/health',
    {
      schema: {
        operationId: 'getHealth',
        summary: 'Whether the gateway and its books answer',
        response: {
          200: { description: 'They do', ...Type.Object({ status: Type.Literal('ok') }) },
          ...problemAnswers(),
        },
      },
    },
    async () => {
      await pool.query('SELECT 1');
      return { status: 'ok' } as const;
    },
  );
}
