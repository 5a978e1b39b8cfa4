import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const API = `http://127.0.0.1:${process.env['PORT'] ?? 8000}`;

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/console/',
  plugins: [react()],
  build: {
    outDir: 'dist',
    // What is not a file of its own would be a data: URL, which the policy allows for images alone.
    assetsInlineLimit: 0,
    // The polyfill for it would be an inline script.
    modulePreload: { polyfill: false },
    target: 'es2023',
    reportCompressedSize: false,
    // What puts PDFs together is large, and is loaded by whoever prints many invoices alone.
    chunkSizeWarningLimit: 600,
  },
  // "npx vite console": the console as it is being written, against a Roundtrip that runs.
  server: { proxy: { '/v1': API, '/docs': API, '/ready': API } },
});
