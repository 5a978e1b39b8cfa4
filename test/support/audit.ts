import { auditChains, type AuditReport } from '../../src/engine/audit/audit.ts';
import { connectPipelined } from '../../src/platform/database/postgres.ts';

/** What `roundtrip audit` finds in a database. */
export async function auditOf(databaseUrl: string): Promise<AuditReport> {
  const client = await connectPipelined(databaseUrl, 'test audit');
  try {
    return await auditChains(client);
  } finally {
    await client.end();
  }
}
