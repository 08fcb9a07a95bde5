import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Ajv, type AnySchemaObject } from 'ajv';
import { expect, it } from 'vitest';
import { parseCompose } from './compose.js';

/** The schema of the Compose specification, as the linter ships it. */
function composeSchema(): AnySchemaObject {
  const linter = dirname(createRequire(import.meta.url).resolve('dclint/package.json'));
  const text = readFileSync(join(linter, 'schemas/compose.schema.json'), 'utf8');
  // It names draft 7 by an address that validators do not know; draft 7 is what they take it for anyway.
  return { ...(JSON.parse(text) as AnySchemaObject), $schema: undefined };
}

it('docker-compose.yml follows the Compose specification', () => {
  // The schema uses formats of its own ("duration", "ports"), which say nothing about structure.
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  const validate = ajv.compile(composeSchema());
  void validate(parseCompose());
  expect(validate.errors ?? []).toEqual([]);
});
