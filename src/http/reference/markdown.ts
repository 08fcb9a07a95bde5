/** The reference as Markdown, for `docs/api.md`. */
import type { Field, Operation, Reference } from './model.js';

/** Writes the reference. */
export function referenceMarkdown(reference: Reference): string {
  const { sections, webhooks, shapes } = reference;
  return [
    '# API reference',
    'Written by `npm run api-docs` from the document at `GET /openapi.json`. [Integration](integration.md) tells what to do with it.',
    reference.description,
    ...sections.flatMap(({ name, description, operations }) => [
      `## ${name}`,
      description,
      ...operations.flatMap(operation),
    ]),
    '## Webhooks',
    "Sent to the merchant's backend, signed as Standard Webhooks describes.",
    table(
      ['type', 'when', 'body'],
      webhooks.map(({ path, summary, body }) => [
        `\`${path}\``,
        summary,
        linked(body?.fields[0]?.type ?? ''),
      ]),
    ),
    '## Shapes',
    ...shapes.flatMap(({ name, description, fields, type }) => [
      `### ${name}`,
      ...(description ? [description] : []),
      ...(type ? [linked(type)] : []),
      ...(fields.length > 0 ? [fieldTable(fields)] : []),
    ]),
    '',
  ].join('\n\n');
}

function operation({
  id,
  method,
  path,
  summary,
  description,
  parameters,
  body,
  answers,
}: Operation): string[] {
  return [
    `### ${method} ${path}`,
    `${summary} (\`${id}\`).${description ? ` ${description}` : ''}`,
    ...(parameters.length > 0
      ? [
          table(
            ['parameter', 'in', 'type', ''],
            parameters.map(({ name, in: where, type, description: text }) => [
              `\`${name}\``,
              where,
              linked(type),
              text,
            ]),
          ),
        ]
      : []),
    ...(body && body.fields.length > 0
      ? [body.required ? 'Body:' : 'Body, which may be left out:', fieldTable(body.fields)]
      : []),
    table(
      ['answer', 'body', ''],
      answers.map(({ status, type, description: text }) => [status, linked(type), text]),
    ),
  ];
}

function fieldTable(fields: readonly Field[]): string {
  return table(
    ['field', 'type', ''],
    fields.map(({ name, type, required, description }) => [
      name ? `\`${name}\`${required ? '' : '?'}` : '',
      linked(type),
      description,
    ]),
  );
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Links the names of shapes, which alone begin with a capital letter. */
function linked(type: string): string {
  if (/^[A-Z]\w+$/.test(type)) return type === 'URL' ? type : `[${type}](#${type.toLowerCase()})`;
  return type
    .split(' or ')
    .map((part) => {
      const [, before = '', name] = /^((?:list|map) of )?([A-Z]\w+)$/.exec(part) ?? [];
      if (name !== undefined && name !== 'URL') return `${before}[${name}](#${name.toLowerCase()})`;
      return part === ''
        ? ''
        : part === 'null' || /^[a-z ]+$/.test(part) || part === 'URL'
          ? part
          : `\`${part}\``;
    })
    .join(' or ');
}
