import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wordsFor } from '../../src/catalog/words.js';

const inLanguage = (headline: string) => ({ headline, accept: 'a', decline: 'd' });
const copy = {
  ...inLanguage('own'),
  locales: { de: inLanguage('de'), 'pt-BR': inLanguage('pt-BR'), 'zh-Hant': inLanguage('zh-Hant') },
};

describe('the words a customer reads', () => {
  it.each([
    [['de'], 'de', 'de'],
    [['de-AT'], 'de', 'de-AT'],
    [['DE-at'], 'de', 'de-AT'],
    [['pt-BR'], 'pt-BR', 'pt-BR'],
    // A customer from Portugal did not ask for Brazilian Portuguese.
    [['pt'], 'own', 'en'],
    [['pt-PT', 'de'], 'de', 'de'],
    [['zh-Hant-TW'], 'zh-Hant', 'zh-Hant-TW'],
    [['zh-TW'], 'own', 'en'],
    [['en-GB'], 'own', 'en-GB'],
    [['fr', 'en-GB', 'de'], 'own', 'en-GB'],
    [['de-x-private'], 'de', 'de-x-private'],
    [['fr'], 'own', 'en'],
    [[], 'own', 'en'],
    [['', 'not a tag', '*', 'constructor', 'de'], 'de', 'de'],
  ])('for %j are %s, with amounts for %s', (wanted, headline, locale) => {
    const found = wordsFor(copy, wanted);
    expect([found.words.headline, found.locale]).toEqual([headline, locale]);
  });

  it('default to those of a catalog in another language, with amounts in that language', () => {
    const german = { ...inLanguage('eigene'), locale: 'de', locales: { en: inLanguage('english') } };
    expect(wordsFor(german, ['fr']).locale).toBe('de');
    expect(wordsFor(german, ['fr']).words.headline).toBe('eigene');
    expect(wordsFor(german, ['de-CH']).locale).toBe('de-CH');
    expect(wordsFor(german, ['en-US']).words.headline).toBe('english');
  });

  it('exist for any list of tags, with a locale that can format amounts', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (wanted) => {
        const { words, locale } = wordsFor(copy, wanted);
        expect(words.headline).not.toBe('');
        expect(Intl.getCanonicalLocales(locale)).toEqual([locale]);
      }),
    );
  });
});
