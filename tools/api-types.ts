/** `npm run api-types`: writes the client's types from the document that the API serves. */
import { writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';
import { openApiDocument } from '../src/http/openapi/document.js';

const FILE = 'packages/client/src/openapi.ts';

/** Returns the types as TypeScript. */
export async function apiTypes(): Promise<string> {
  const document = openApiDocument('http://localhost:3000');
  const types = astToString(await openapiTS(JSON.stringify(document)));
  return `/** The types of the API, written by \`npm run api-types\`. */\n${types}`;
}

if (process.argv[1]?.endsWith('api-types.ts')) await writeFile(FILE, await apiTypes());
