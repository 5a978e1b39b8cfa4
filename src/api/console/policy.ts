/**
 * What the console's page may do: run and style itself by its own files alone, talk to this server alone, be framed by
 * nobody. Style elements that its components make at run time carry the nonce; scripts have no such way in. Invoices are
 * shown in a frame: from this server, or as a blob where several were put together.
 */
export function consolePolicy(nonce: string): string {
  return Object.entries({
    'default-src': "'none'",
    'script-src': "'self'",
    'style-src': `'self' 'nonce-${nonce}'`,
    'img-src': "'self' data:",
    'font-src': "'self'",
    'connect-src': "'self'",
    'frame-src': "'self' blob:",
    'manifest-src': "'self'",
    'base-uri': "'none'",
    'form-action': "'self'",
    'frame-ancestors': "'none'",
  })
    .map(([directive, sources]) => `${directive} ${sources}`)
    .join('; ');
}
