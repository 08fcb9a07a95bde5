/** Reads docker-compose.yml as Compose does, resolving merge keys and variables. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

export type Variables = Readonly<Record<string, string | undefined>>;

export interface Service {
  image?: string;
  build?: string;
  command?: string[];
  entrypoint?: string[];
  /** Null passes the variable of that name through. */
  environment?: Record<string, string | null>;
  ports?: string[];
  volumes?: string[];
  networks?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[]; interval: string; timeout: string; retries: number; start_period: string };
  restart?: string;
  init?: boolean;
  read_only?: boolean;
  tmpfs?: string[];
  cap_drop?: string[];
  security_opt?: string[];
  stop_grace_period?: string;
}

export interface ComposeFile {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean } | null>;
  volumes: Record<string, unknown>;
}

const repository = new URL('../../', import.meta.url);

export function readRepositoryFile(path: string): string {
  return readFileSync(new URL(path, repository), 'utf8');
}

/** Returns the file as written, with merge keys resolved. */
export function parseCompose(): ComposeFile {
  return parse(readRepositoryFile('docker-compose.yml'), { merge: true }) as ComposeFile;
}

/**
 * Returns the file with variables substituted.
 *
 * @throws Error with the file's own message if a required variable is missing
 */
export function loadCompose(variables: Variables): ComposeFile {
  return mapText(parseCompose(), (text) => interpolate(text, variables)) as ComposeFile;
}

/** Returns the environment of a process in the container. */
export function environmentOf(service: Service, variables: Variables): Record<string, string> {
  const entries = Object.entries(service.environment ?? {}).map(
    ([name, value]) => [name, value ?? variables[name]] as const,
  );
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Parses `NAME=value` lines, without comments. */
export function parseEnvFile(text: string): Record<string, string> {
  const lines = [...text.matchAll(/^([A-Z][A-Z0-9_]*)=(.*)$/gm)];
  return Object.fromEntries(lines.map(([, name = '', value = '']) => [name, value]));
}

/** Returns the names in `NAME=value` lines, including those that are commented out. */
export function namesInEnvFile(text: string): string[] {
  return [...text.matchAll(/^(?:# )?([A-Z][A-Z0-9_]*)=/gm)].map(([, name = '']) => name);
}

/** `${NAME}`, `${NAME:-default}` and `${NAME:?message}`; a default may contain another variable. */
const VARIABLE = /\$\{([A-Z0-9_]+)(?:(:-|:\?)((?:[^{}]|\$\{[^{}]*\})*))?\}/g;

export function interpolate(text: string, variables: Variables): string {
  return text.replaceAll(VARIABLE, (_, name: string, operator: string | undefined, operand: string = '') => {
    const value = variables[name];
    if (value !== undefined && value !== '') return value;
    if (operator === ':?') throw new Error(`${name} ${operand}`);
    return operator === ':-' ? interpolate(operand, variables) : '';
  });
}

function mapText(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapText(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapText(item, change)]));
}
