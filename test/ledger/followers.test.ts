import { expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { onBothDatabases } from './databases.js';
import { aPresentation, at, openOffer } from './examples.js';

await onBothDatabases((ledger) => {
  it('tells of each presentation that changes, once the change can be read', async () => {
    const presentation = await openOffer(ledger());
    const seen: Promise<string | undefined>[] = [];
    const following = await ledger().followPresentations({
      changed: (id) => {
        if (id === presentation.id)
          seen.push(
            ledger()
              .presentation(id)
              .then((found) => found?.status),
          );
      },
      missed: () => undefined,
    });
    expect(following.announced).toBe(true);
    await ledger().updatePresentation(presentation.id, {
      status: 'charging',
      decision: 'accepted',
      decidedAt: at(1),
    });
    await eventually('the announcement', async () => seen[0]);
    expect(await seen[0]).toBe('charging');

    await following.stop();
    await ledger().updatePresentation(presentation.id, { status: 'paid' });
    expect(seen).toHaveLength(1);
  });

  it('reads several presentations at once, and none that do not exist', async () => {
    const [one, two] = [await openOffer(ledger()), await openOffer(ledger())];
    const found = await ledger().presentationsNamed([one.id, two.id, aPresentation().id]);
    expect(found.map(({ id }) => id).sort()).toEqual([one.id, two.id].sort());
    expect(await ledger().presentationsNamed([])).toEqual([]);
  });
});
