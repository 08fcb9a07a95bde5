/** Imported first by the processes: says which version of Node is needed, before something else fails on an older one. */
const LEAST = [20, 3] as const;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < LEAST[0] || (major === LEAST[0] && minor < LEAST[1])) {
  process.stderr.write(
    `This program needs Node.js ${LEAST.join('.')} or later; this is ${process.versions.node}.\n`,
  );
  process.exit(1);
}
