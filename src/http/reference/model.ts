/** What `GET /openapi.json` says, in the order in which people read it. */
import type { openApiDocument } from '../openapi/document.js';

type Document = ReturnType<typeof openApiDocument>;

export interface Field {
  name: string;
  type: string;
  required: boolean;
  description: string;
}

export interface Operation {
  id: string;
  method: string;
  path: string;
  summary: string;
  description: string;
  parameters: (Field & { in: string })[];
  body?: { required: boolean; fields: Field[] };
  answers: { status: string; description: string; type: string }[];
}

export interface Reference {
  title: string;
  description: string;
  sections: { name: string; description: string; operations: Operation[] }[];
  webhooks: Operation[];
  shapes: { name: string; description: string; fields: Field[]; type: string }[];
}

interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  format?: string;
  description?: string;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
}

interface OperationObject {
  operationId?: string;
  summary?: string;
  description?: string;
  tags?: string[];
  parameters?: { in: string; name: string; required?: boolean; schema?: Schema; description?: string }[];
  requestBody?: { required?: boolean; content: Record<string, { schema?: Schema }> };
  responses?: Record<string, { description?: string; content?: Record<string, { schema?: Schema }> }>;
}

/** Reads a document. */
export function referenceOf(document: Document): Reference {
  const all = operationsIn(document.paths as Record<string, Record<string, OperationObject>>);
  const schemas = (document.components?.schemas ?? {}) as Record<string, Schema>;
  return {
    title: document.info.title,
    description: document.info.description ?? '',
    sections: (document.tags ?? [])
      .map(({ name, description = '' }) => ({
        name,
        description,
        operations: all.filter(({ tag }) => tag === name).map(({ operation }) => operation),
      }))
      .filter(({ operations }) => operations.length > 0),
    webhooks: operationsIn(document.webhooks as Record<string, Record<string, OperationObject>>).map(
      ({ operation }) => operation,
    ),
    shapes: Object.entries(schemas)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, schema]) => ({
        name,
        description: schema.description ?? '',
        fields: fieldsOf(schema),
        type: schema.properties ? '' : typeOf(schema),
      })),
  };
}

function operationsIn(paths: Record<string, Record<string, OperationObject>> = {}) {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      tag: operation.tags?.[0],
      operation: operationOf(method.toUpperCase(), path, operation),
    })),
  );
}

function operationOf(method: string, path: string, operation: OperationObject): Operation {
  const { requestBody } = operation;
  const schema = requestBody?.content['application/json']?.schema;
  return {
    id: operation.operationId ?? '',
    method,
    path,
    summary: operation.summary ?? '',
    description: operation.description ?? '',
    parameters: (operation.parameters ?? []).map(({ name, required = false, description, ...parameter }) => ({
      name,
      in: parameter.in,
      required,
      type: typeOf(parameter.schema ?? {}),
      description: description ?? parameter.schema?.description ?? '',
    })),
    ...(requestBody &&
      schema && {
        body: {
          required: requestBody.required ?? false,
          fields: schema.$ref
            ? [{ name: '', type: typeOf(schema), required: true, description: '' }]
            : fieldsOf(schema),
        },
      }),
    answers: Object.entries(operation.responses ?? {}).map(([status, { description = '', content }]) => ({
      status,
      description,
      type: Object.values(content ?? {})
        .map(({ schema: answer }) => typeOf(answer ?? {}))
        .join(' or '),
    })),
  };
}

function fieldsOf({ properties = {}, required = [] }: Schema): Field[] {
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    type: typeOf(schema),
    required: required.includes(name),
    description: schema.description ?? '',
  }));
}

/** Writes a type in one line; the name of a shape stands for it. */
export function typeOf(schema: Schema): string {
  if (schema.$ref) return schema.$ref.split('/').at(-1) ?? '';
  const any = schema.oneOf ?? schema.anyOf;
  if (any) return any.map(typeOf).join(' or ');
  if (schema.allOf) return schema.allOf.map(typeOf).join(' and ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' or ');
  if (schema.type === 'array') return `list of ${typeOf(schema.items ?? {})}`;
  if (schema.properties && Object.keys(schema.properties).length > 0) {
    const { required = [] } = schema;
    const inner = Object.entries(schema.properties).map(
      ([name, field]) => `${name}${required.includes(name) ? '' : '?'}: ${typeOf(field)}`,
    );
    return `{ ${inner.join(', ')} }`;
  }
  if (typeof schema.additionalProperties === 'object') return `map of ${typeOf(schema.additionalProperties)}`;
  const type = Array.isArray(schema.type) ? schema.type.join(' or ') : (schema.type ?? 'any value');
  return schema.format === 'date-time' ? 'time' : schema.format === 'uri' ? 'URL' : type;
}
