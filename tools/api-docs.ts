/** `npm run api-docs`: writes `docs/api.md` from the document that the API serves. */
import { writeFile } from 'node:fs/promises';
import { openApiDocument } from '../src/http/openapi/document.js';
import { referenceMarkdown } from '../src/http/reference/markdown.js';
import { referenceOf } from '../src/http/reference/model.js';

await writeFile('docs/api.md', referenceMarkdown(referenceOf(openApiDocument('http://localhost:3000'))));
