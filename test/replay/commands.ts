/**
 * Reads from the source of the workflow code which commands it sends to Temporal, in which order and under which
 * conditions. Recorded histories replay only the ways that were recorded; this sees all of them.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';

/** For each function that sends commands, each of them with the conditions around it. */
export type Commands = Record<string, string[]>;

export interface RecordedCommands {
  /** The patches that were known then. */
  patches: string[];
  commands: Commands;
}

/** What of the SDK becomes a command. A `condition` does with a timeout. */
const SDK_COMMANDS = [
  'sleep',
  'condition',
  'startChild',
  'executeChild',
  'getExternalWorkflowHandle',
  'upsertSearchAttributes',
  'upsertMemo',
  'continueAsNew',
  'deprecatePatch',
];
/** Methods of handles of other runs. */
const HANDLE_COMMANDS = ['signal', 'cancel'];

interface SourceFolder {
  folder: string;
  /** The names of all activities. */
  activities: readonly string[];
  /** Names in `PATCHES` that are read as not applied: as runs see them that began before. */
  off?: ReadonlySet<string>;
}

/** Reads the commands of all workflow code in a folder. */
export function readCommands({ folder, activities, off = new Set() }: SourceFolder): Commands {
  const functions = new Map<string, ts.Node>();
  for (const path of filesIn(folder)) {
    const text = readFileSync(path, 'utf8');
    const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
    for (const [name, node] of topLevel(file)) functions.set(`${relative(folder, path)}#${name}`, node);
  }
  const nameOf = (key: string) => key.slice(key.indexOf('#') + 1);
  // Whoever calls a function that sends commands sends them, too.
  const sending = new Set<string>();
  for (let before = -1; before < sending.size;) {
    before = sending.size;
    for (const [key, node] of functions)
      if (sitesIn(node, { activities, sending, off: new Set() }).length > 0) sending.add(nameOf(key));
  }
  const commands: Commands = {};
  for (const [key, node] of [...functions].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const sites = sitesIn(node, { activities, sending, off });
    if (sites.length > 0) commands[key] = sites;
  }
  return commands;
}

/**
 * Compares the commands of the code as runs see them that began before its new patches with those that were recorded.
 *
 * @returns what differs, in words; empty when every change is guarded
 */
export function unguardedChanges(recorded: Commands, current: Commands): string[] {
  return Object.entries(recorded).flatMap(([name, before]) => {
    const now = current[name] ?? [];
    const gone = without(before, now).map((site) => `${name}: no longer "${site}"`);
    const added = without(now, before).map((site) => `${name}: now "${site}"`);
    const moved = before.join() === now.join() ? [] : [`${name}: in another order`];
    return gone.length + added.length > 0 ? [...gone, ...added] : moved;
  });
}

function without(all: string[], others: string[]): string[] {
  const left = [...others];
  return all.filter((one) => {
    const at = left.indexOf(one);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return filesIn(path);
      return entry.name.endsWith('.ts') ? [path] : [];
    })
    .sort();
}

function topLevel(file: ts.SourceFile): [string, ts.Node][] {
  return file.statements.flatMap((statement): [string, ts.Node][] => {
    if (ts.isFunctionDeclaration(statement) && statement.body)
      return [[statement.name?.text ?? 'default', statement]];
    if (!ts.isVariableStatement(statement)) return [];
    return statement.declarationList.declarations.map((one) => [one.name.getText(), one]);
  });
}

interface Reading {
  activities: readonly string[];
  sending: ReadonlySet<string>;
  off: ReadonlySet<string>;
}

function sitesIn(root: ts.Node, reading: Reading): string[] {
  const sites: string[] = [];
  const visit = (node: ts.Node, path: readonly string[]): void => {
    if (ts.isBlock(node) || ts.isCaseOrDefaultClause(node)) {
      visitInOrder(node.statements, path);
    } else if (ts.isIfStatement(node)) {
      choose(node.expression, node.thenStatement, node.elseStatement, path);
    } else if (ts.isConditionalExpression(node)) {
      choose(node.condition, node.whenTrue, node.whenFalse, path);
    } else if (ts.isBinaryExpression(node) && isAndOr(node.operatorToken.kind)) {
      if (node.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken)
        choose(node.left, node.right, undefined, path);
      else choose(node.left, undefined, node.right, path);
    } else if (ts.isWhileStatement(node)) {
      choose(node.expression, node.statement, undefined, path);
    } else if (ts.isCatchClause(node)) {
      visit(node.block, [...path, 'on an error']);
    } else {
      ts.forEachChild(node, (child) => visit(child, path));
      const site = ts.isCallExpression(node) ? siteOf(node, reading) : undefined;
      if (site !== undefined) sites.push([...path, site].join(': '));
    }
  };
  /** Statements after an `if` that leaves are under its opposite. */
  const visitInOrder = (statements: readonly ts.Statement[], path: readonly string[]): void => {
    let here = path;
    for (const statement of statements) {
      visit(statement, here);
      if (!ts.isIfStatement(statement) || !leaves(statement.thenStatement)) continue;
      const folded = fold(statement.expression, reading.off);
      if (folded === true) return;
      if (folded !== false) here = [...here, `unless ${folded}`];
    }
  };
  const choose = (
    condition: ts.Expression,
    then: ts.Node | undefined,
    otherwise: ts.Node | undefined,
    path: readonly string[],
  ): void => {
    visit(condition, path);
    const folded = fold(condition, reading.off);
    if (then && folded !== false) visit(then, folded === true ? path : [...path, `if ${folded}`]);
    if (otherwise && folded !== true)
      visit(otherwise, folded === false ? path : [...path, `unless ${folded}`]);
  };
  visit(root, []);
  return sites;
}

/** Returns what a call sends, or undefined when it sends nothing. */
function siteOf(call: ts.CallExpression, { activities, sending, off }: Reading): string | undefined {
  const callee = call.expression;
  const isMethod = ts.isPropertyAccessExpression(callee);
  const name = isMethod ? callee.name.text : ts.isIdentifier(callee) ? callee.text : '';
  if (name === 'patched') {
    const patch = patchIn(call);
    return patch !== undefined && off.has(patch) ? undefined : `patch ${patch}`;
  }
  if (activities.includes(name)) return `activity ${name}`;
  if (isMethod) return HANDLE_COMMANDS.includes(name) ? name : undefined;
  if (name === 'condition') return call.arguments.length > 1 ? 'timer' : undefined;
  if (name === 'startChild') return `child ${call.arguments[0]?.getText() ?? ''}`;
  if (SDK_COMMANDS.includes(name)) return name;
  return sending.has(name) ? `call ${name}` : undefined;
}

/** Returns a condition as text, or its value where patches that are off decide it. */
function fold(node: ts.Expression, off: ReadonlySet<string>): string | boolean {
  if (ts.isParenthesizedExpression(node)) return fold(node.expression, off);
  if (ts.isCallExpression(node) && off.has(patchIn(node) ?? '')) return false;
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) {
    const operand = fold(node.operand, off);
    return typeof operand === 'boolean' ? !operand : textOf(node);
  }
  if (ts.isIdentifier(node)) {
    const value = constantOf(node);
    const folded = value && fold(value, off);
    if (typeof folded === 'boolean') return folded;
  }
  if (ts.isBinaryExpression(node) && isAndOr(node.operatorToken.kind)) {
    const isAnd = node.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken;
    const [left, right] = [fold(node.left, off), fold(node.right, off)];
    // `false && x` and `x && false` are false; `true && x` is x. The other way round for `||`.
    if (left === !isAnd || right === !isAnd) return !isAnd;
    if (left === isAnd) return right;
    if (right === isAnd) return left;
    return `${left} ${isAnd ? '&&' : '||'} ${right}`;
  }
  return textOf(node);
}

/** Returns the value that a constant of the same function is declared with, if it is a question about a patch. */
function constantOf(name: ts.Identifier): ts.Expression | undefined {
  for (let scope: ts.Node = name; !ts.isSourceFile(scope); scope = scope.parent) {
    if (!ts.isBlock(scope)) continue;
    for (const statement of scope.statements) {
      if (!ts.isVariableStatement(statement)) continue;
      const found = statement.declarationList.declarations.find((one) => one.name.getText() === name.text);
      if (found?.initializer?.getText().includes('patched(')) return found.initializer;
    }
  }
  return undefined;
}

function patchIn(call: ts.CallExpression): string | undefined {
  const [argument] = call.arguments;
  const isPatched = ts.isIdentifier(call.expression) && call.expression.text === 'patched';
  return isPatched && argument && ts.isPropertyAccessExpression(argument) ? argument.name.text : undefined;
}

function leaves(statement: ts.Statement): boolean {
  const last = ts.isBlock(statement) ? statement.statements.at(-1) : statement;
  return (
    last !== undefined &&
    (ts.isReturnStatement(last) ||
      ts.isThrowStatement(last) ||
      ts.isContinueStatement(last) ||
      ts.isBreakStatement(last))
  );
}

function isAndOr(kind: ts.SyntaxKind): boolean {
  return kind === ts.SyntaxKind.AmpersandAmpersandToken || kind === ts.SyntaxKind.BarBarToken;
}

function textOf(node: ts.Node): string {
  return node.getText().replaceAll(/\s+/g, ' ');
}
