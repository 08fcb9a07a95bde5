/** Prints its arguments, keeps its process busy for a second, and ends in order, with code 0, on a signal. */
process.on('SIGTERM', () => {
  process.stdout.write('stopped in order\n');
  process.exit(0);
});
process.stdout.write(`started with ${process.argv.slice(2).join(' ')}\n`);
setInterval(() => undefined, 60_000);
setTimeout(() => {
  process.stdout.write('busy\n');
  const end = performance.now() + 1_000;
  while (performance.now() < end);
}, 0);
