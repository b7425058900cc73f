import { defineImporter } from '../ports/importer.ts'

/** A recording of our own: the store reads it, and its chain of hashes proves that it is whole. */
export default defineImporter({
  title: 'recording of erp-change-gate (NDJSON)',
  recognizes: ({ text }) => /^\s*\{\s*"format"\s*:\s*"erp-change-gate\/recording"/.test(text),
  read: () => ({ state: 'stored' }),
})
