/** The body as text; undefined: it is over its size, and was cut off. */
export async function readBounded(response: Response, maxBytes: number): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  if (response.body) {
    // Leaving the loop early cancels the stream, and with it the connection.
    const stream: AsyncIterable<Uint8Array> = response.body;
    for await (const chunk of stream) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) return undefined;
      chunks.push(chunk);
    }
  }
  return Buffer.concat(chunks).toString('utf8');
}
