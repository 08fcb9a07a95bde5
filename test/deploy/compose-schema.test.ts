import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Ajv, type AnySchemaObject } from 'ajv';
import { expect, it } from 'vitest';
import { parseCompose } from './compose.js';

/** Returns the schema of the Compose specification that the linter ships. */
function composeSchema(): AnySchemaObject {
  const linter = dirname(createRequire(import.meta.url).resolve('dclint/package.json'));
  const text = readFileSync(join(linter, 'schemas/compose.schema.json'), 'utf8');
  // It names draft 7 by a URL that validators do not know. Draft 7 is their default anyway.
  return { ...(JSON.parse(text) as AnySchemaObject), $schema: undefined };
}

it('docker-compose.yml follows the Compose specification', () => {
  // The schema has formats of its own ("duration", "ports"), which do not concern structure.
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  const validate = ajv.compile(composeSchema());
  void validate(parseCompose());
  expect(validate.errors ?? []).toEqual([]);
});
