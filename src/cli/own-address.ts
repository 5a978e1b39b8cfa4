import type { Config } from '../platform/config.ts';

/** Where the web with these settings answers, as a command in another shell finds it: by what that shell has set. */
export function ownAddressOf({ publicUrl, port, tls }: Pick<Config, 'publicUrl' | 'port' | 'tls'>): string {
  return publicUrl ?? (tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`);
}
