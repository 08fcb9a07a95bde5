/** Reads variables one by one and collects the problems, so that a person sees every mistake at once. */
import { readFileSync } from 'node:fs';
import type { z } from 'zod';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The values that one kind of variable accepts. */
export interface Field<T> {
  schema: z.ZodType<T>;
  /** Completes "expected ...". */
  expected: string;
  /** Never quoted in an error, rejected when empty, and readable from the file that `<NAME>_FILE` names. */
  secret?: boolean;
}

export interface ConfigProblem {
  name: string;
  /** A clause about the variable, without its name and without secrets. */
  message: string;
}

/** Lists every mistake in a configuration, one line each. */
export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const count = problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`;
    const lines = problems.map(({ name, message }) => `  ${name} ${message}`);
    super([`The configuration has ${count}:`, ...lines].join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

export interface Reader {
  /** Returns the value; undefined when the variable is absent or, after noting the problem, invalid. */
  optional: <T>(name: string, field: Field<T>) => T | undefined;
  /** Like `optional`, but notes absence as a problem. */
  required: <T>(name: string, field: Field<T>) => T | undefined;
  /** Returns true when the variable is set, valid or not. */
  has: (name: string) => boolean;
  /** Notes a problem; `message` is a clause that completes the variable's name. */
  note: (name: string, message: string) => void;
  problems: ConfigProblem[];
}

/** Creates a reader of `env`. Unset and blank variables count as absent, except that a blank secret is a mistake. */
export function createReader(env: Environment): Reader {
  const problems: ConfigProblem[] = [];
  const note = (name: string, message: string): void => {
    problems.push({ name, message });
  };
  const value = (name: string): string | undefined => env[name]?.trim() || undefined;

  function read<T>(name: string, field: Field<T>, isRequired: boolean): T | undefined {
    const before = problems.length;
    const text = field.secret ? readSecret(name) : value(name);
    if (problems.length > before) return undefined;
    if (text === undefined) {
      if (isRequired) note(name, `is missing; expected ${field.expected}.`);
      return undefined;
    }
    const result = field.schema.safeParse(text);
    if (result.success) return result.data;
    if (field.secret) {
      // These messages are ours and quote nothing.
      const faults = result.error.issues.map((issue) => issue.message).join(', ');
      note(name, `is invalid: ${faults}; expected ${field.expected}.`);
    } else {
      note(name, `is ${quote(text)}; expected ${field.expected}.`);
    }
    return undefined;
  }

  function readSecret(name: string): string | undefined {
    const fileName = `${name}_FILE`;
    const file = value(fileName);
    if (env[name] !== undefined && file !== undefined) {
      note(name, `and ${fileName} are both set; keep one of them.`);
      return undefined;
    }
    if (file === undefined) {
      if (env[name] === undefined || value(name) !== undefined) return value(name);
      note(name, 'is set but empty; give it a value or remove it.');
      return undefined;
    }
    try {
      const text = readFileSync(file, 'utf8').trim();
      if (text !== '') return text;
      note(fileName, `names ${quote(file)}, which is empty.`);
    } catch (error) {
      note(
        fileName,
        `names ${quote(file)}, which cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'}).`,
      );
    }
    return undefined;
  }

  return {
    optional: (name, field) => read(name, field, false),
    required: (name, field) => read(name, field, true),
    has: (name) => value(name) !== undefined,
    note,
    problems,
  };
}

const MAX_QUOTED = 80;
const USER_INFO = /\/\/[^/]*@/;
/** Matches a key pasted into the wrong variable. */
const LOOKS_SECRET = /(?:whsec_|whsk_|dodo_(?:live|test)_|key_)\S+/;

function quote(text: string): string {
  const masked = text.replace(USER_INFO, '//***@').replace(LOOKS_SECRET, '***');
  return JSON.stringify(masked.length > MAX_QUOTED ? `${masked.slice(0, MAX_QUOTED)}...` : masked);
}
