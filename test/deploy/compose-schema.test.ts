import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Ajv, type AnySchemaObject } from 'ajv';
import { expect, it } from 'vitest';
import { parseCompose } from './compose.js';

/** Loads the schema of the Compose specification from the linter's package. */
function composeSchema(): AnySchemaObject {
  const linter = dirname(createRequire(import.meta.url).resolve('dclint/package.json'));
  const text = readFileSync(join(linter, 'schemas/compose.schema.json'), 'utf8');
  // Its address for draft 7 is unknown to validators, which assume draft 7 anyway.
  return { ...(JSON.parse(text) as AnySchemaObject), $schema: undefined };
}

it('docker-compose.yml follows the Compose specification', () => {
  // The schema's own formats ("duration", "ports") do not concern the structure.
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  const validate = ajv.compile(composeSchema());
  void validate(parseCompose());
  expect(validate.errors ?? []).toEqual([]);
});
