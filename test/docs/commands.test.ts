/** The commands in the documentation: they name scripts that exist, and nothing that the page has not said how to set. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const pages = ['README.md', ...readdirSync('docs').map((name) => `docs/${name}`)].filter((path) =>
  path.endsWith('.md'),
);
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

/** Returns the shell commands of a page, block by block. */
function shellIn(page: string): string[] {
  const blocks = page.matchAll(/^```([a-z]*)\n(.*?)^```/gms);
  return [...blocks].flatMap(([, language = '', text = '']) => {
    if (['sh', 'bash', 'console'].includes(language)) return [text];
    // A session: only what is typed.
    return language === ''
      ? [
          text
            .split('\n')
            .filter((line) => line.startsWith('$ '))
            .join('\n'),
        ]
      : [];
  });
}

it.each(pages)('%s says where the values in its commands come from', (path) => {
  const page = readFileSync(path, 'utf8');
  const used = shellIn(page).flatMap((text) =>
    [...text.matchAll(/\$\{?([A-Z][A-Z0-9_]*)/g)].map(([, name = '']) => name),
  );
  // The shell itself sets the last one.
  const unset = [...new Set(used)].filter(
    (name) => name !== 'RANDOM' && !new RegExp(`\\b${name}=`).test(page),
  );
  expect(unset).toEqual([]);
});

it.each(pages)('%s names scripts that exist', (path) => {
  const named = shellIn(readFileSync(path, 'utf8')).flatMap((text) =>
    [...text.matchAll(/\bnpm run (?:-s |--silent )?([\w-]+)/g)].map(([, name = '']) => name),
  );
  expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
});

it('asks a running system where what-if has nothing else to read', () => {
  const commands = pages.flatMap((path) => shellIn(readFileSync(path, 'utf8')).join('\n').split('\n'));
  const bare = commands.filter((line) => line.includes('what-if') && !/--(api|purchases) /.test(line));
  expect(bare).toEqual([]);
});
